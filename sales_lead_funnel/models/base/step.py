"""Marks in the context that only our own code sets.

The context of a remote caller holds plain values, never an object of ours, so that a
mark cannot be forged from outside.
"""


class Mark:
    """Says that what follows is ours; the key tells what for."""

    __slots__ = ()


class Hold(Mark):
    """Puts off what is due until whoever set it does that once, at the end."""

    __slots__ = ("is_due",)

    def __init__(self):
        self.is_due = False


def with_mark(records, key, mark=None):
    """Return ``records`` with the mark ``key`` set."""
    return records.with_context(**{key: mark or Mark()})


def get_mark(env, key):
    """Return the mark ``key`` if our own code set it, else None."""
    mark = env.context.get(key)
    return mark if isinstance(mark, Mark) else None


def has_mark(env, key):
    """Was the mark ``key`` set by our own code?"""
    return get_mark(env, key) is not None
