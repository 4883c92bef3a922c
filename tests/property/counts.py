"""How many examples the property tests try, always the same ones."""

import os

from hypothesis import HealthCheck, Phase, settings

IN_FULL = 10  # times as many in ``make test-long``


def examples(count):
    """Decorate a property test that tries ``count`` examples in ``make test``.

    Shrinking a failure would take minutes: add Phase.shrink to get the shortest one.
    """
    factor = IN_FULL if "FUNNEL_STEPS" in os.environ else 1
    return settings(
        max_examples=count * factor,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
