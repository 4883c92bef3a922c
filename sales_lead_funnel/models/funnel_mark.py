"""Marks in the context that only our own code sets.

The context of a remote caller holds plain values, never an object of ours, so that a
mark cannot be forged from outside.
"""


class Mark:
    """Says that what follows is ours; the key tells what for."""

    __slots__ = ()


def with_mark(records, key):
    """Return ``records`` with the mark ``key`` set."""
    return records.with_context(**{key: Mark()})


def has_mark(env, key):
    """Was the mark ``key`` set by our own code?"""
    return isinstance(env.context.get(key), Mark)
