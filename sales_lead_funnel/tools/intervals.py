"""Intervals that say how sure a rate is."""

from math import sqrt

Z_95 = 1.959964  # two-sided 95 % quantile of the standard normal distribution


def wilson(successes, n, z=Z_95):
    """Wilson score interval of a rate; good for small n and rates near 0 or 1.

    >>> low, high = wilson(20, 100)
    >>> round(low, 4), round(high, 4)
    (0.1334, 0.2888)

    :param float z: normal quantile of the wanted confidence
    :return: (low, high) as fractions 0..1, or None when n is 0
    :raise ValueError: successes not between 0 and n
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n}")
    if not n:
        return None
    rate, spread = successes / n, z * z / n
    centre = rate + spread / 2
    reach = z * sqrt(rate * (1 - rate) / n + spread / n / 4)
    low, high = ((centre + side) / (1 + spread) for side in (-reach, reach))
    return max(0.0, low), min(1.0, high)
