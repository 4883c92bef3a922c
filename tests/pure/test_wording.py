"""What people write in the cells of the handbooks' forms."""

import pytest

from tools.wording import (
    CHANNEL_WORDS,
    MOOD_WORDS,
    find_word,
    read_budget,
    read_complexity,
    stage_key,
    write_budget,
)


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("电话", "call"),
        (" 電話 ", "call"),
        ("拜访", "visit"),
        ("邮件", "email"),
        ("E-Mail", "email"),
        ("线上会议", "video"),
        ("现场demo", "demo"),
        ("现场ＤＥＭＯ演示", "demo"),
        ("微信沟通", "chat"),
        ("电话+微信", None),
        ("飞鸽传书", None),
        ("", None),
    ],
)
def test_channel(text, channel):
    assert find_word(text, CHANNEL_WORDS, within=True) == channel


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("积极", "positive"),
        ("猶豫", "hesitant"),
        ("不满意", "negative"),
        ("不积极", None),
    ],
)
def test_mood_is_taken_whole(text, mood):
    assert find_word(text, MOOD_WORDS) == mood


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("15-20", 150_000, 200_000),
        ("１５－２０万", 150_000, 200_000),
        ("15—20", 150_000, 200_000),
        ("15~20萬", 150_000, 200_000),
        ("15万至20万", 150_000, 200_000),
        ("0.5", 5_000, 5_000),
        ("50万以上", 500_000, 0),
        ("≥50", 500_000, 0),
        ("20以内", 0, 200_000),
        ("≤20", 0, 200_000),
    ],
)
def test_budget(text, low, high):
    assert read_budget(text) == (low, high)


@pytest.mark.parametrize(
    "text", ["", "很多", "20-15", "2024-05-08", "150000元", "15-20-25", "-5"]
)
def test_budget_that_cannot_be_read(text):
    with pytest.raises(ValueError):
        read_budget(text)


@pytest.mark.parametrize(
    "budget", [(150_000, 200_000), (80_000, 80_000), (0, 12_500), (1, 0), (33_333, 0)]
)
def test_budget_reads_back(budget):
    low, high = read_budget(write_budget(*budget))
    assert (low, high) == pytest.approx(budget)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("中(3人决策)", (3, 0)),
        ("高（5 人，2 级审批）", (5, 2)),
        ("高(个人决策)", (1, 0)),
        ("High (5 people decide, 2 approvals)", (5, 2)),
        ("中", (0, 0)),
    ],
)
def test_complexity(text, counts):
    assert read_complexity(text) == counts


@pytest.mark.parametrize(
    ("one", "other"),
    [("意向阶段", "意向客户"), ("潛在線索", "潛在"), ("Proposal stage", " PROPOSAL ")],
)
def test_stages_called_differently(one, other):
    assert stage_key(one) == stage_key(other)


def test_suffix_alone_is_a_name():
    assert stage_key("客户") == "客户"
