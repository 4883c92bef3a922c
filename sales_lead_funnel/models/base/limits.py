"""How many characters a text may have: one table for all models.

People are told that a text is too long. What machines bring is cut, and the whole is
kept in a note (see :mod:`.intake`).
"""

LIMITS = {"char": 256, "text": 2_000}  # by kind of the field: names; reasons, answers
LOG = 10_000  # what a follow-up tells
DOMAIN = 10_000  # conditions, also where they are written into a char
SHORTEST = min(LIMITS.values())  # nothing shorter is too long
CORE_TEXTS = {("crm.lead", name) for name in ("name", "partner_name", "contact_name")}
SPECIAL = {
    **{
        ("funnel.followup", name): LOG
        for name in (
            "summary",
            "situation",
            "problem",
            "implication",
            "need_payoff",
            "feedback",
            "decider_info",
        )
    },
    # what a whole follow-up told, before it was corrected
    ("funnel.followup.revision", "old_text"): 10 * LOG,
    # reasons on one line
    ("crm.lead", "funnel_obtained_reason"): LIMITS["text"],
    ("crm.lead", "funnel_pause_reason"): LIMITS["text"],
    ("funnel.pause.wizard", "reason"): LIMITS["text"],
    **{
        (model, "domain"): DOMAIN
        for model in (
            "funnel.grade",
            "funnel.scorecard",
            "funnel.scorecard.band",
            "funnel.criterion",
        )
    },
}


def get_limit(field):
    """Return how many characters a field may hold, None where it is none of our texts.

    :param field: a field of a model that is set up
    """
    if field.type not in LIMITS or not is_ours(field):
        return None
    return SPECIAL.get((field.model_name, field.name), LIMITS[field.type])


def is_ours(field):
    """Is it a field of ours, or a text of the lead that we look after?"""
    return (
        field.model_name.startswith("funnel.")
        or field.name.startswith("funnel_")
        or (field.model_name, field.name) in CORE_TEXTS
    )


def cut(text, limit):
    """Return a text of at most ``limit`` characters, with “…” where it is cut.

    >>> cut("abcdef", 4), cut("abc", 4), cut(None, 4)
    ('abc…', 'abc', '')
    """
    text = text or ""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
