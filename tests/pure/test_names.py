"""Keys of company names and the register's mixed columns."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.names import (
    HAN_LEGAL_FORMS,
    LATIN_LEGAL_FORMS,
    client_key,
    split_client,
    split_contact,
)


@pytest.mark.parametrize(
    ("typed", "again"),
    [
        ("华为技术有限公司", "华为技术有限责任公司"),
        ("华为技术有限公司", "华为技术有限責任公司"),
        ("华为技术有限公司", "  华为 技术\u3000有限 公司\n"),
        ("华为技术有限公司", "华为技术股份有限公司"),
        ("华为技术", "华为技术集团有限公司"),
        ("华为技术", "华为技术集團"),
        ("华为技术(中国)有限公司", "华为技术\uff08中国\uff09有限公司"),
        ("华为技术\u200b有限公司", "华为技术公司"),
        ("ＡＢＣ有限公司", "abc Co., Ltd."),
        ("某某电子有限公司", "某某电子公司"),
        ("Foo Bar Co.,Ltd", "foo-bar company limited"),
        ("Foo Bar Co.Ltd.", "Foo Bar Ltd. 有限公司"),
        ("Foo Bar, Inc.", "FOO BAR INCORPORATED"),
        ("Foo G.m.b.H.", "foo gmbh"),
        ("Foo Handels GmbH & Co. KG", "foo handels"),
        ("Foo S.A.", "Foo S A"),
        ("Foo Pte. Ltd.", "Foo Pte Limited"),
        ("Foo Sdn. Bhd.", "FOO"),
        ("Straße AG", "STRASSE"),
    ],
)
def test_same_company_has_same_key(typed, again):
    assert client_key(typed) == client_key(again) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("华为技术(中国)有限公司", "华为技术有限公司"),
        ("华为技术北京分公司", "华为技术有限公司"),
        ("Costco", "Cost Co"),
        ("Visa", "Vi"),
        ("Lufthansa", "Lufthan"),
        ("Unlimited", "Un"),
        ("Foo AG Systems", "Foo Systems"),
    ],
)
def test_different_companies_keep_different_keys(one, other):
    assert client_key(one) != client_key(other)


@pytest.mark.parametrize("form", [*HAN_LEGAL_FORMS, *LATIN_LEGAL_FORMS, "Co., Ltd."])
def test_a_bare_legal_form_is_kept(form):
    assert client_key(form)


@pytest.mark.parametrize("nothing", [None, False, "", "  ", "?!", "\u3000\u200b"])
def test_nothing_typed_has_no_key(nothing):
    assert client_key(nothing) == ""


_forms = st.sampled_from([*HAN_LEGAL_FORMS, *LATIN_LEGAL_FORMS, "(中国)", " ", "."])
_names = st.lists(_forms | st.text(max_size=4), max_size=6).map("".join)


@given(_names | st.text())
def test_key_of_a_key_is_itself(name):
    assert client_key(client_key(name)) == client_key(name)


@given(_names)
def test_key_is_letters_and_digits_only(name):
    assert not [c for c in client_key(name) if unicodedata.category(c)[0] in "PSZC"]


@given(
    st.text(alphabet="华为技术科甲乙丙", min_size=1), st.sampled_from(HAN_LEGAL_FORMS)
)
def test_a_legal_form_at_the_end_is_ignored(name, form):
    assert client_key(name + form) == client_key(name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("科技有限公司", ("科技有限公司", "")),
        ("总(个人)", ("", "总")),
        ("王总 \uff08个人\uff09 ", ("", "王总")),
        ("陳先生(個人)", ("", "陳先生")),
        ("Ann Lee ( Person )", ("", "Ann Lee")),
        ("(个人)工作室", ("(个人)工作室", "")),
        ("", ("", "")),
        (None, ("", "")),
    ],
)
def test_client_column_tells_company_from_person(text, expected):
    assert split_client(text) == expected


@pytest.mark.parametrize(
    ("text", "phone", "email"),
    [
        ("1388888", "1388888", ""),
        ("li@example.com", "", "li@example.com"),
        ("1388888/li@example.com", "1388888", "li@example.com"),
        ("li@example.com; +86 138 0013 8000", "+86 138 0013 8000", "li@example.com"),
        ("１３８８８８８，li＠example.com", "1388888", "li@example.com"),
        ("010-1234、1388888 li@example.com", "010-1234, 1388888", "li@example.com"),
        ("a@example.com, b@example.com", "", "a@example.com, b@example.com"),
        ("", "", ""),
        (None, "", ""),
    ],
)
def test_contact_column_tells_phone_from_email(text, phone, email):
    assert split_contact(text) == {"phone": phone, "email": email}


@pytest.mark.parametrize(
    "word", ["co ", "公司", "co公司", "c o ", "co 公 司 ", "分公司"]
)
def test_long_names_take_no_time(word):
    """Legal forms that repeat were cut off one by one from a copy of the name."""
    start = time.perf_counter()
    client_key(word * 20_000)
    assert time.perf_counter() - start < 5
