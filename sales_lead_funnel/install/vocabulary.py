"""What the handbooks name: channels, first tags, reasons of loss with their answers.

They are words of core's models, which a company may have already: one of the same
name, in any language and archived or not, is taken, and none comes twice.
"""

import re
from typing import NamedTuple

from psycopg2.extras import Json

from odoo.tools import SQL

from ..tools.wording import plain

MODULE = "sales_lead_funnel"
SOURCE, TAG, REASON = "utm.source", "crm.tag", "crm.lost.reason"
GREEN, YELLOW, GREY = 10, 3, 0  # colours of tags
_NOT_IN_KEY = re.compile(r"[\W_]+")


class Word(NamedTuple):
    """One record; ``answer`` is what helps against a reason of loss."""

    xmlid: str
    model: str
    english: str
    chinese: str
    color: int | None = None
    answer: tuple = ()  # English and Chinese
    others: tuple = ()  # other names of the same


WORDS = (
    # S0-5 and, for the last one, S2-1
    Word("source_web", SOURCE, "Website form", "官网表单"),
    Word("source_show", SOURCE, "Trade show", "行业展会"),
    Word("source_referral", SOURCE, "Client referral", "客户转介绍"),
    Word("source_ad", SOURCE, "Online advertising", "线上广告"),
    Word("source_repeat", SOURCE, "Repeat purchase", "老客户复购"),
    # S0-7: intent and why
    Word("tag_high", TAG, "High intent", "高意向", GREEN),
    Word(
        "tag_high_budget", TAG, "High intent – clear budget", "高意向-预算明确", GREEN
    ),
    Word("tag_high_urgent", TAG, "High intent – urgent", "高意向-急需上线", GREEN),
    Word(
        "tag_mid_compare", TAG, "Medium intent – comparing", "中意向-比较方案", YELLOW
    ),
    Word(
        "tag_mid_budget",
        TAG,
        "Medium intent – budget pending",
        "中意向-预算待批",
        YELLOW,
    ),
    Word("tag_low", TAG, "Low intent", "低意向", GREY),
    Word("tag_low_ask", TAG, "Low intent – only asking", "低意向-仅咨询", GREY),
    # S0-23, S0-24 and S3-10
    Word(
        *("lost_reason_price", REASON, "Price too high", "价格过高"),
        answer=(
            "Offer instalments, such as 60 % at signing and 40 % after acceptance.",
            "可分期付款，例如签约付60%，验收后付40%。",
        ),
        others=("Too expensive", "太昂贵", "太贵", "價格過高", "太貴"),
    ),
    Word(
        *("lost_reason_function", REASON, "Features do not fit", "功能不匹配"),
        answer=(
            "Ask what the feature is needed for, and show another way or a date.",
            "问清该功能的用途，给出替代做法或上线时间。",
        ),
    ),
    Word(
        *("lost_reason_budget", REASON, "Budget too small", "预算不足"),
        answer=(
            "Propose a smaller first step, and ask when the next budget is decided.",
            "先提供小范围方案，并问清下一期预算何时确定。",
        ),
    ),
    Word(
        *("lost_reason_competitor", REASON, "Chose a competitor", "选择竞品"),
        answer=(
            "Show where only we are strong, on the points that matter to them.",
            "围绕客户看重的方面，突出我方的差异化优势。",
        ),
    ),
    Word(
        *("lost_reason_trust", REASON, "Lack of trust", "缺乏信任"),
        answer=(
            "Name references of the same industry, and arrange a talk with one.",
            "提供同行业成功案例，并安排与老客户交流。",
        ),
    ),
    Word(
        *("lost_reason_need", REASON, "Not what they need", "需求不匹配"),
        answer=(
            "Assess the need again; another product may fit.",
            "重新评估需求，推荐更合适的产品。",
        ),
    ),
)


def load(env):
    """Have all words: take those that are there, add the others.

    Called at install and once by a migration, so that what somebody deletes later
    stays deleted.
    """
    known = {model: _find_names(env[model]) for model in (SOURCE, TAG, REASON)}
    for word in WORDS:
        if not env.ref(f"{MODULE}.{word.xmlid}", raise_if_not_found=False):
            _have(env, word, known[word.model])


def _have(env, word, known):
    """Take the record that is called so, else add one; note whose data it is."""
    names = (word.english, word.chinese, *word.others)
    found = next((known[key] for key in map(_get_key, names) if key in known), None)
    record = env[word.model].browse(found) if found else _add(env, word)
    if word.answer and not record.funnel_answer:
        _answer(record, *word.answer)
    env["ir.model.data"]._update_xmlids(
        [
            {
                "xml_id": f"{MODULE}.{word.xmlid}",
                "record": record,
                "noupdate": True,
            }
        ]
    )


def _add(env, word):
    """Names of sources are not translated: they are in the company's language."""
    model = env[word.model].with_context(lang="en_US")
    if not model._fields["name"].translate:
        return model.create({"name": word.chinese if _chinese(env) else word.english})
    color = {} if word.color is None else {"color": word.color}
    record = model.create({"name": word.english, **color})
    for code in _chinese(env):
        record.with_context(lang=code).name = word.chinese
    return record


def _answer(reason, english, chinese):
    """Tell what helps. By SQL: nobody changed a reason that was there."""
    texts = {"en_US": english, **dict.fromkeys(_chinese(reason.env), chinese)}
    reason.flush_recordset()
    reason.env.cr.execute(
        SQL(
            "UPDATE crm_lost_reason SET funnel_answer = %s WHERE id = %s",
            Json(texts),
            reason.id,
        )
    )
    reason.invalidate_recordset(["funnel_answer"])


def _chinese(env):
    """Return Chinese as a list of its code, empty where it is not installed."""
    return ["zh_CN"] if "zh_CN" in dict(env["res.lang"].get_installed()) else []


def _find_names(model):
    """Return ``{key of a name in some language: id}``, what is in use first."""
    model.flush_model(["name"])
    order = "active DESC, id" if "active" in model._fields else "id"
    names = SQL("SELECT value FROM jsonb_each_text(to_jsonb(name))")
    if not model._fields["name"].translate:
        names = SQL("SELECT name AS value")
    rows = model.env.execute_query(
        SQL(
            "SELECT named.value, words.id FROM %s words, LATERAL (%s) named"
            " ORDER BY %s",
            SQL.identifier(model._table),
            names,
            SQL(order),
        )
    )
    found = {}
    for name, id_ in rows:
        found.setdefault(_get_key(name), id_)
    return found


def _get_key(name):
    """Compare names without case, width, blanks and signs."""
    return _NOT_IN_KEY.sub("", plain(name))


# ------------------------------------------------------------------------------------
# Uninstalling
# ------------------------------------------------------------------------------------


def leave(env):
    """Leave the words to the company that it had before us, or uses by now."""
    data = env["ir.model.data"].search(
        [("module", "=", MODULE), ("model", "in", [SOURCE, TAG, REASON])]
    )
    kept = data.filtered(lambda row: _is_theirs(env[row.model].browse(row.res_id), row))
    kept.unlink()


def _is_theirs(record, data):
    """Was it there before, or is there something that names it?

    What we added has the moment of the note of whose it is: one transaction.
    """
    added = data.create_date.replace(microsecond=0)
    created = record.exists().create_date
    return bool(created) and (
        created.replace(microsecond=0) != added or _is_used(record)
    )


def _is_used(record):
    return any(
        record.env[field.model_name]
        .sudo()
        .with_context(active_test=False)
        .search_count([(field.name, "=", record.id)], limit=1)
        for field in _get_fields_to(record)
    )


def _get_fields_to(record):
    """Yield the stored relations of all tables to the model of a record."""
    for model in record.env.registry.values():
        is_table = model._auto and not (model._abstract or model._transient)
        if not is_table or model._original_module == MODULE:
            continue
        for field in model._fields.values():
            relates = field.type in ("many2one", "many2many") and field.store
            if relates and field.comodel_name == record._name:
                yield field
