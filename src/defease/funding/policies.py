"""What the exhaustion test assumes: each switch on which published projections differ, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.cashflows import Timing
from defease.errors import bad_input


class ShortfallYear(StrEnum):
    """How the payments of a year with insufficient assets are discounted."""

    WHOLE = "whole"
    """All of the year's payments at the municipal rate."""
    SPLIT = "split"
    """What the opening assets cover at the assumed return, the rest at the municipal rate."""


class AfterShortfall(StrEnum):
    """Whether a later year with enough assets counts as funded again."""

    PER_PERIOD = "per_period"
    ONCE_FAILED = "once_failed"


class ExhaustedAssets(StrEnum):
    """What is carried on once the assets are gone."""

    FLOOR_AT_ZERO = "floor_at_zero"
    """Unpaid amounts are met from outside and are not carried as debt."""
    CARRY_NEGATIVE = "carry_negative"


class Sufficiency(StrEnum):
    """How opening assets are compared with the year's tested outflow."""

    OPENING_AT_LEAST = "opening_at_least"
    OPENING_EXCEEDS = "opening_exceeds"


class OutflowTested(StrEnum):
    """What the opening assets of a year must cover."""

    BENEFITS = "benefits"
    BENEFITS_AND_EXPENSES = "benefits_and_expenses"


class CountedContributions(StrEnum):
    """Which contributions the projection counts."""

    ALL = "all"
    NONE = "none"
    CURRENT_MEMBERS = "current_members"


@dataclass(frozen=True, kw_only=True)
class ExhaustionPolicy:
    """Every choice behind an exhaustion projection; the defaults are those of GASB practice.

    Attributes
    ----------
    timing
        When within its year an amount is paid.
    shortfall_year, after_shortfall, exhausted_assets, sufficiency, tested_outflow
        See the enumerations.
    contributions
        Which contributions count.
    horizon
        Number of years to project; None ends with the last year that has any amount.

    Examples
    --------
    >>> ExhaustionPolicy(timing=Timing.END_OF_YEAR).sufficiency.value
    'opening_at_least'
    """

    timing: Timing = Timing.MID_YEAR
    shortfall_year: ShortfallYear = ShortfallYear.WHOLE
    after_shortfall: AfterShortfall = AfterShortfall.PER_PERIOD
    exhausted_assets: ExhaustedAssets = ExhaustedAssets.FLOOR_AT_ZERO
    sufficiency: Sufficiency = Sufficiency.OPENING_AT_LEAST
    tested_outflow: OutflowTested = OutflowTested.BENEFITS
    contributions: CountedContributions = CountedContributions.ALL
    horizon: int | None = None

    def __post_init__(self) -> None:
        if self.timing is Timing.DATED:
            raise bad_input(
                where="exhaustion: timing",
                what="the projection runs year by year and needs one timing for every year",
                remedy="choose start_of_year, mid_year, end_of_year or (dated amounts) monthly",
            )
        if self.horizon is not None and self.horizon < 1:
            what = f"must be at least one year, got {self.horizon}"
            raise bad_input(
                where="exhaustion: horizon",
                what=what,
                remedy='give a number of years or "last_payment"',
            )


_PAID_AT = {
    Timing.START_OF_YEAR: np.array([0.0]),
    Timing.MID_YEAR: np.array([0.5]),
    Timing.END_OF_YEAR: np.array([1.0]),
    Timing.MONTHLY: (np.arange(12) + 0.5) / 12,
}


def payment_points(timing: Timing) -> FloatArray:
    """Fractions of the year at which equal parts of an annual amount are paid, shape (parts,).

    Examples
    --------
    >>> payment_points(Timing.MID_YEAR)
    array([0.5])
    """
    return read_only(_PAID_AT[timing].copy())


def growth_to_year_end(timing: Timing, annual_return: float) -> float:
    """What 1 paid by this timing is worth at the year's end: the mean of (1+r)^(1-f).

    Examples
    --------
    >>> growth_to_year_end(Timing.START_OF_YEAR, 0.07)
    1.07
    >>> growth_to_year_end(Timing.END_OF_YEAR, 0.07)
    1.0
    """
    return float(np.mean((1.0 + annual_return) ** (1.0 - _PAID_AT[timing])))


def annual_discount_factors(timing: Timing, annual_rate: float, years: int) -> FloatArray:
    """Present value of 1 a year for years 1..n paid by this timing at a flat rate, shape (years,).

    Examples
    --------
    >>> annual_discount_factors(Timing.END_OF_YEAR, 0.25, 2)
    array([0.8 , 0.64])
    """
    points = _PAID_AT[timing]
    times = np.arange(years)[:, None] + points[None, :]
    factors: FloatArray = ((1.0 + annual_rate) ** -times).mean(axis=1)
    return read_only(factors)
