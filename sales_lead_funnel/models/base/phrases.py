"""Small phrases that other texts are made of, with the marks of each language."""

from functools import reduce


def tell_of(env, what, told):
    """Return ``what: told``."""
    return env._("%(what)s: %(told)s", what=what, told=told)


def tell_list(env, words):
    """Return words with a comma between."""

    def add(told, word):
        return env._("%(told)s, %(word)s", told=told, word=word)

    return reduce(add, words) if words else ""
