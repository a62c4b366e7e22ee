"""Reverse stress as a user asks it: a floor in words, a direction by name, the nearest break."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from defease.errors import Caution, bad_input, did_you_mean
from defease.inputs.numbers import Refusal, scan_number
from defease.reports.builders.words import money, percent
from defease.shocks import FloorMeasure, ReverseStress, StressScenario, reverse_stress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.shocks import BalanceSheet

LARGEST_RATE_SHOCK = 0.10
LARGEST_MULTIPLE = 5.0
LARGEST_RATIO = 5.0
ALMOST_ALL = 1.0 - 1e-12
BASIS_POINTS = 1e4

# One unit is the whole: rates by 100 percentage points, equities to zero. Sizes are then decimals.
RATES = (
    StressScenario(name="rates down", rates=-1.0),
    StressScenario(name="rates up", rates=1.0),
)
EQUITY = StressScenario(name="equities down", equity=-1.0)
DIRECTIONS = ("rates", "equity")

_FLOOR = re.compile(r"\s*(?P<measure>[A-Za-z_]+)\s*<\s*(?P<floor>\S+)\s*")


@dataclass(frozen=True)
class Floor:
    """What must not fall below which value, and along which direction the shock goes."""

    measure: FloorMeasure
    value: float
    along: str

    def sentence(self, currency: str) -> str:
        """The floor as a sentence says it: the funded ratio below 80.0%."""
        if self.measure is FloorMeasure.FUNDED_RATIO:
            return f"the funded ratio below {percent(self.value)}"
        return f"the surplus below {money(self.value, currency)}"


@dataclass(frozen=True)
class Break:
    """The nearest breaking point of a floor."""

    floor: Floor
    found: ReverseStress

    @property
    def direction(self) -> str:
        """Which way breaks the floor; the direction asked for when no way does."""
        return self.floor.along if self.found.size is None else self.found.direction

    def size(self, size: float) -> str:
        """A size along the direction, in the unit people use for it."""
        if self.floor.along == "rates":
            return f"{size * BASIS_POINTS:.1f} basis points"
        if self.floor.along == "equity":
            return percent(size)
        return f"{size:.3f} times the scenario"

    def sentence(self, currency: str) -> str:
        """The answer in words."""
        found, floor = self.found, self.floor.sentence(currency)
        if found.size is None:
            tried = f"up to {self.size(found.limit)}, the most that was tried,"
            return f"No shock along '{self.direction}' {tried} takes {floor}."
        after = (
            f"a funded ratio of {percent(found.funded_ratio)} "
            f"and a surplus of {money(found.surplus, currency)}"
        )
        if found.size == 0:
            return f"No shock is needed to take {floor}: the plan has {after} today."
        return (
            f"The smallest shock of '{self.direction}' that takes {floor} is "
            f"{self.size(found.size)}; it leaves {after}."
        )

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """Why no size is given."""
        if self.found.size is not None:
            return ()
        tried = self.size(self.found.limit)
        message = f"{self.direction}: nothing up to {tried} breaks the floor, so no size is given"
        return (Caution("floor_not_reached", message),)

    def results(self) -> dict[str, Any]:
        """The keys of the JSON interface."""
        is_multiple = self.floor.along not in DIRECTIONS
        return {
            "measure": self.floor.measure.value,
            "floor": self.floor.value,
            "direction": self.direction,
            "size": self.found.size,
            "unit": "multiple of the scenario" if is_multiple else "decimal",
            "funded_ratio": self.found.funded_ratio,
            "surplus": self.found.surplus,
            "largest_size_tried": self.found.limit,
        }


def read_floor(text: str, *, along: str = "rates") -> Floor:
    """A floor as typed.

    Examples
    --------
    >>> read_floor("funded_ratio<80%").value
    0.8
    """
    match = _FLOOR.fullmatch(text)
    remedy = "write a measure and a floor, such as funded_ratio<0.8 or surplus<0"
    if match is None:
        raise bad_input(where="--reverse", what=f"{text!r} is no floor", remedy=remedy)
    measures = [measure.value for measure in FloorMeasure]
    if match["measure"] not in measures:
        what = f"there is no measure {match['measure']!r}"
        remedy = did_you_mean(match["measure"], measures)
        raise bad_input(where="--reverse", what=what, remedy=remedy)
    number = scan_number(match["floor"])
    if isinstance(number, Refusal):
        raise bad_input(where="--reverse", what=number.what, remedy=number.remedy)
    measure, value = FloorMeasure(match["measure"]), number.as_decimal
    if measure is FloorMeasure.FUNDED_RATIO and not 0 <= value <= LARGEST_RATIO:
        what = f"a funded ratio of {value:.0%} is not meant"
        remedy = "write a decimal such as 0.8, or 80%"
        raise bad_input(where="--reverse", what=what, remedy=remedy)
    return Floor(measure, value, along)


def nearest_break(sheet: BalanceSheet, floor: Floor, scenarios: Sequence[StressScenario]) -> Break:
    """The smallest shock in the floor's direction that breaks it; rates are tried both ways."""
    ways = _ways(floor.along, scenarios)
    found = [
        reverse_stress(sheet, way, floor=floor.value, measure=floor.measure, limit=_limit(way))
        for way in ways
    ]
    return Break(floor, min(found, key=lambda f: f.limit if f.size is None else f.size))


def _ways(along: str, scenarios: Sequence[StressScenario]) -> tuple[StressScenario, ...]:
    if along == "rates":
        return RATES
    if along == "equity":
        return (EQUITY,)
    named = {scenario.name: scenario for scenario in scenarios}
    if along not in named:
        what = f"there is no direction {along!r}"
        remedy = did_you_mean(along, (*DIRECTIONS, *named))
        raise bad_input(where="--along", what=what, remedy=remedy)
    return (named[along],)


def _limit(way: StressScenario) -> float:
    """The largest size worth trying: just short of a market that loses everything."""
    if way in RATES:
        return LARGEST_RATE_SHOCK
    losses = [-way.equity, -way.real_estate]
    return min([LARGEST_MULTIPLE, *(ALMOST_ALL / loss for loss in losses if loss > 0)])
