"""What kind of slip turns the right figure into the printed one."""

from __future__ import annotations

from dataclasses import dataclass

from defease.funding.audit.findings import Cause

FACTORS = (1e3, 1e-3, 1e6, 1e-6, 1e9, 1e-9)
WIDEST = 20
LEAST_UNITS, FINE, NEAR, FLOAT_NOISE = 10.0, 1e-3, 0.05, 1e-15


@dataclass(frozen=True)
class Window:
    """A printed figure and the range in which the right one lies, in plan currency."""

    printed: float
    low: float
    high: float
    unit: float

    @property
    def middle(self) -> float:
        """The right figure as well as it is known."""
        return (self.low + self.high) / 2

    def holds(self, value: float, slack: float = 0.0) -> bool:
        """Whether a figure may be the right one."""
        return self.low - slack <= value <= self.high + slack


def slip_of(window: Window) -> tuple[Cause, str]:
    """The slip that a single wrong figure shows: sign, unit, swapped or mistyped digits.

    Examples
    --------
    >>> slip_of(Window(printed=1243.0, low=1233.5, high=1234.5, unit=1.0))
    (<Cause.TYPO: 'typo'>, 'typo: two neighbouring digits are swapped')
    >>> slip_of(Window(printed=-700.0, low=699.5, high=700.5, unit=1.0))[0].value
    'sign flipped'
    """
    printed, unit = window.printed, window.unit
    if abs(printed) > unit and window.holds(-printed, unit / 2):
        return Cause.SIGN, "sign flipped: the figure has the opposite sign"
    factor = _unit_slip(window)
    if factor:
        return Cause.UNIT, f"unit mixed: the figure is {1 / factor:g} times what it should be"
    digits = _digit_slip(window)
    if digits:
        return Cause.TYPO, f"typo: {digits}"
    difference = round((printed - window.middle) / unit)
    if window.high - window.low < unit and difference % 9 == 0:
        return Cause.TYPO, "typo: this figure alone is wrong (difference divisible by 9)"
    return Cause.TYPO, "typo: this figure alone is wrong"


def _unit_slip(window: Window) -> float | None:
    """The factor of another unit that makes the printed figure right; None when none does."""
    multiple = window.printed / window.unit
    fine = abs(multiple - round(multiple)) > FINE + FLOAT_NOISE * abs(multiple)
    for factor in FACTORS:
        right = window.printed * factor
        slack = (FINE * window.unit if fine else window.unit) / 2 * max(factor, 1.0)
        large = abs(right) >= LEAST_UNITS * window.unit and slack <= NEAR * abs(right)
        if large and window.holds(right, slack):
            return factor
    return None


def _digit_slip(window: Window) -> str:
    """Which slip of the digits explains the printed figure; empty when none does."""
    text = str(round(abs(window.printed) / window.unit))
    # A wide window would hold a swap of the last digits by chance.
    if len(text) < 2 or window.high - window.low > WIDEST * window.unit:
        return ""
    scale = -window.unit if window.printed < 0 else window.unit
    for words, others in _slips(text):
        if any(other != text and window.holds(scale * int(other)) for other in others):
            return words
    return ""


def _slips(text: str) -> list[tuple[str, list[str]]]:
    """The numbers from which each kind of slip makes the printed digits."""
    places = range(len(text))
    digits = "0123456789"
    return [
        (
            "two neighbouring digits are swapped",
            [text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in places[:-1]],
        ),
        ("one digit is wrong", [text[:i] + d + text[i + 1 :] for i in places for d in digits]),
        ("one digit is missing", [text[:i] + d + text[i:] for i in places for d in digits]),
        ("one digit is too many", [text[:i] + text[i + 1 :] for i in places]),
    ]
