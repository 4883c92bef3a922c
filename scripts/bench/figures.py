"""What a comparison gave: paired measurements, their ratios, and the verdict."""

from dataclasses import dataclass, field
from statistics import median


@dataclass
class Measure:
    """One line of the results; the lists hold one value per pair.

    With ``most_ratio`` the median of the ratios is judged, with ``most`` the median
    of the addon's own values; with neither it is for information.
    """

    what: str
    size: str
    core: list = field(default_factory=list)
    addon: list = field(default_factory=list)
    core_cpu: list = field(default_factory=list)  # processor time, 0 where unknown
    addon_cpu: list = field(default_factory=list)
    unit: str = "s"
    beside: str = "core alone"
    most_ratio: float | None = None
    most: float | None = None

    def add(self, core, addon):
        """Add one pair of what two clocks read."""
        for reading, times, cpu_times in (
            (core, self.core, self.core_cpu),
            (addon, self.addon, self.addon_cpu),
        ):
            times.append(reading[0])
            cpu_times.append(reading[1])

    @property
    def ratios(self):
        return _divide(self.addon, self.core)

    @property
    def is_met(self):
        """Whether the target is met; None where there is none."""
        if self.most_ratio is not None:
            return median(self.ratios) <= self.most_ratio
        if self.most is not None:
            return median(self.addon) <= self.most
        return None

    @property
    def target(self):
        if self.most_ratio is not None:
            return f"≤ {self.most_ratio:g} ×"
        return f"≤ {self.most:g} {self.unit}" if self.most is not None else "–"

    @property
    def verdict(self):
        return {True: "yes", False: "NO", None: "–"}[self.is_met]

    def show(self, values):
        """Median with its unit."""
        return f"{_round(median(values))} {self.unit}" if values else "–"

    def show_ratio(self):
        """Median of the ratios and their range."""
        return _show_range(self.ratios)

    def show_cpu_ratio(self):
        """The same of processor times."""
        return _show_range(_divide(self.addon_cpu, self.core_cpu))


def _divide(addon, core):
    return [a / c for a, c in zip(addon, core, strict=False) if c]


def _show_range(ratios):
    if not ratios:
        return "–"
    return f"{median(ratios):.2f} [{min(ratios):.2f}–{max(ratios):.2f}]"


def _round(value):
    """Three significant digits."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:.{digits}f}"
