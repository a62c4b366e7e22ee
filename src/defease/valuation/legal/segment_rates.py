"""Three segment rates and how they came about, step by step: monthly, averaged, in the corridor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from defease.curves import segment_curve
from defease.errors import bad_input
from defease.valuation.legal import rules
from defease.valuation.legal.hundredths import (
    HUNDREDTHS,
    Triple,
    in_millionths,
    in_percent,
    rounded_share,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.curves.discount import SegmentCurve
    from defease.errors import Caution

SEGMENTS = 3
ROUNDING_OPEN = "rounding of corridor limits to two decimals (26 USC 430(h)(2)(C)(iv))"


class SegmentStage(StrEnum):
    """What has been done to segment rates so far."""

    GIVEN = "given"
    MONTHLY = "monthly"
    AVERAGE = "average"
    CORRIDOR = "corridor"


@dataclass(frozen=True)
class SegmentStep:
    """Segment rates after one stage, with what was done in words."""

    stage: SegmentStage
    rates: Triple
    words: str


@dataclass(frozen=True, kw_only=True)
class SegmentRates:
    """Three annual effective rates with their history.

    Attributes
    ----------
    steps
        From the monthly rates to the rates in use; the last step counts.
    boundaries
        Years at which the second and third segment begin.
    cautions
        What a reader must know to trust them.
    to_confirm
        Points not yet compared with the primary text.

    Examples
    --------
    >>> rates = given_segment_rates([0.0450, 0.0500, 0.0680])
    >>> held = within_corridor(rates, plan_year=2026, averages_25_year=[0.03, 0.056, 0.062])
    >>> held.rates
    (0.0475, 0.0532, 0.0651)
    >>> print(held.words)
    4.50% / 5.00% / 6.80% as given; clipped to 95-105% of the 25-year averages \
5.00% (3.00% deemed 5.00%) / 5.60% / 6.20% (plan year 2026): 4.75% / 5.32% / 6.51%
    """

    steps: tuple[SegmentStep, ...]
    boundaries: tuple[float, float]
    cautions: tuple[Caution, ...] = ()
    to_confirm: tuple[str, ...] = ()

    @property
    def rates(self) -> Triple:
        """The rates in use: first, second, third segment."""
        return self.steps[-1].rates

    @property
    def words(self) -> str:
        """How the rates came about, in one sentence."""
        return "; ".join(step.words for step in self.steps if step.words)

    @property
    def curve(self) -> SegmentCurve:
        """The rates as a discount curve."""
        return segment_curve(self.rates, boundaries=self.boundaries)

    @property
    def stage(self) -> SegmentStage:
        """What was done last."""
        return self.steps[-1].stage

    @property
    def is_in_corridor(self) -> bool:
        """Whether a corridor has been applied."""
        return self.stage is SegmentStage.CORRIDOR

    def then(self, step: SegmentStep) -> SegmentRates:
        """The rates after one more step."""
        return replace(self, steps=(*self.steps, step))


def given_segment_rates(rates: Sequence[float], *, year: int | None = None) -> SegmentRates:
    """Segment rates typed by the user, taken as they are.

    Parameters
    ----------
    rates : sequence of 3 floats
        Decimals, annual effective.
    year : int, optional
        Plan year, for the segment boundaries in force; default: those in force now.
    """
    triple = as_triple(rates, where="segment rates")
    return SegmentRates(
        steps=(SegmentStep(SegmentStage.GIVEN, triple, f"{in_percent(triple)} as given"),),
        boundaries=boundaries_of(year),
    )


def within_corridor(
    rates: SegmentRates, *, plan_year: int, averages_25_year: Sequence[float]
) -> SegmentRates:
    """Hold averaged segment rates near their 25-year averages, as minimum funding requires.

    ``min(max(r, lo a), hi a)`` segment by segment, with the corridor lo-hi of the calendar year in
    which the plan year begins; an average a below the floor (5.00% since 2020) counts as the floor.
    Limits are rounded half up to two decimals of a percent, as segment rates are.

    Parameters
    ----------
    averages_25_year : sequence of 3 floats
        Averages over the 25 years ending 30 September of the calendar year before the plan year
        begins; decimals, as published, before the floor.

    Raises
    ------
    InputError
        When the rates are in a corridor already, or no corridor is known for the plan year.
    """
    if rates.is_in_corridor:
        what = "these segment rates are in a corridor already"
        raise bad_input(where="segment corridor", what=what, remedy="apply the corridor once")
    limits, floor = rules.corridor(plan_year), rules.average_floor(plan_year)
    published = as_triple(averages_25_year, where="averages_25_year")
    deemed = [max(average, floor.hundredths / HUNDREDTHS) for average in published]
    held = as_triple(
        [_held(rate, average, limits) for rate, average in zip(rates.rates, deemed, strict=True)],
        where="segment corridor",
    )
    averages = " / ".join(map(_deemed_words, published, deemed))
    words = (
        f"clipped to {limits.words} of the 25-year averages {averages} "
        f"(plan year {plan_year}): {in_percent(held)}"
    )
    adjusted = rates.then(SegmentStep(SegmentStage.CORRIDOR, held, words))
    return replace(adjusted, to_confirm=(*rates.to_confirm, limits.source, ROUNDING_OPEN))


def as_triple(rates: Sequence[float], *, where: str) -> Triple:
    """Three decimal rates, or a sentence why not."""
    if len(rates) != SEGMENTS:
        what = f"holds {len(rates)} rates, not three"
        raise bad_input(where=where, what=what, remedy="give first, second and third segment rate")
    for rate in rates:
        in_millionths(rate, where=where)
    return float(rates[0]), float(rates[1]), float(rates[2])


def boundaries_of(year: int | None) -> tuple[float, float]:
    """Segment boundaries of a year; of the newest rule when no year is given."""
    return rules.segment_boundaries(rules.NEWEST if year is None else year).boundaries


def _held(rate: float, average: float, limits: rules.Corridor) -> float:
    lowest = rounded_share(limits.lowest, average, where="averages_25_year")
    highest = rounded_share(limits.highest, average, where="averages_25_year")
    return min(max(rate, lowest), highest)


def _deemed_words(published: float, deemed: float) -> str:
    if deemed == published:
        return in_percent([published])
    return f"{in_percent([deemed])} ({in_percent([published])} deemed {in_percent([deemed])})"
