"""Will the money last: assets rolled forward year by year at a constant return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import BoolArray, FloatArray, IntArray, read_only
from defease.errors import ModelError, Problem, bad_input
from defease.funding.policies import (
    AfterShortfall,
    ExhaustedAssets,
    ExhaustionPolicy,
    OutflowTested,
    Sufficiency,
    growth_to_year_end,
)

if TYPE_CHECKING:
    from defease.funding.flows import AnnualFlows


@dataclass(frozen=True, eq=False)
class Projection:
    """Assets year by year at a constant return, and where they fall short.

    Each year ``closing = opening + contributions - benefits - expenses + earnings + unpaid``.

    Attributes
    ----------
    labels, opening, contributions, benefits, expenses, earnings, closing
        One entry a year, shape (years,), plan currency.
    unpaid
        What had to be met from outside so that assets did not fall below zero; zero when negative
        assets are carried.
    funded
        Whether the year's opening assets pass the sufficiency test, shape (years,).
    exhaustion_year
        Label of the first year whose assets fall below zero before any floor; None for never.
    first_insufficient_year
        Label of the first year that fails the sufficiency test: not the same year in general.
    """

    annual_return: float
    labels: IntArray
    opening: FloatArray
    contributions: FloatArray
    benefits: FloatArray
    expenses: FloatArray
    earnings: FloatArray
    closing: FloatArray
    unpaid: FloatArray
    funded: BoolArray
    exhaustion_year: int | None
    first_insufficient_year: int | None

    @property
    def exhausted(self) -> bool:
        """Whether assets fall below zero in any year."""
        return self.exhaustion_year is not None

    def __len__(self) -> int:
        return len(self.labels)


def project_assets(
    flows: AnnualFlows,
    *,
    opening_assets: float,
    annual_return: float,
    policy: ExhaustionPolicy | None = None,
) -> Projection:
    """Assets of each year when they earn a constant return and pay what falls due.

    ``F_t = F_{t-1} (1+r) - N_t (1+r)^h``, N = B + E - C, h = 1 for payments at the year's
    start, 1/2 in mid-year, 0 at its end, the mean of twelve for monthly payments; the year's
    earnings are ``r F_{t-1} - N_t ((1+r)^h - 1)``.

    Raises
    ------
    InputError
        Opening assets below zero, a return of -100% or less.
    ModelError
        Amounts that grow beyond what a computer's numbers hold.

    Examples
    --------
    >>> from defease.funding.flows import AnnualFlows
    >>> flows = AnnualFlows.from_columns(benefits=[60, 60], labels=[2026, 2027])
    >>> result = project_assets(flows, opening_assets=100, annual_return=0.0)
    >>> result.closing, result.exhaustion_year, result.first_insufficient_year
    (array([40.,  0.]), 2027, 2027)
    """
    chosen = policy or ExhaustionPolicy()
    _check(opening_assets, annual_return)
    counted = flows.under(chosen)
    growth = growth_to_year_end(chosen.timing, annual_return)
    net = counted.net
    opening, before_floor = _roll_forward(
        net, opening_assets, annual_return, growth, chosen.exhausted_assets
    )
    unfloored = read_only(np.array(before_floor))
    if not np.isfinite(unfloored).all():
        what = f"assets grow beyond 1e308 at {annual_return:.4%} a year"
        raise ModelError(
            Problem(
                where="exhaustion projection",
                what=what,
                remedy="shorten the horizon or lower the return",
            )
        )
    floored = chosen.exhausted_assets is ExhaustedAssets.FLOOR_AT_ZERO
    closing = np.maximum(unfloored, 0.0) if floored else unfloored
    starts = read_only(np.array(opening))
    funded = _funded_years(counted, starts, chosen)
    return Projection(
        annual_return=annual_return,
        labels=counted.labels,
        opening=starts,
        contributions=counted.contributions,
        benefits=counted.benefits,
        expenses=counted.expenses,
        earnings=read_only(annual_return * starts - net * (growth - 1.0)),
        closing=read_only(closing),
        unpaid=read_only(closing - unfloored),
        funded=funded,
        exhaustion_year=_first_label(counted.labels, unfloored < 0),
        first_insufficient_year=_first_label(counted.labels, ~funded),
    )


def _check(opening_assets: float, annual_return: float) -> None:
    if not (np.isfinite(opening_assets) and opening_assets >= 0):
        what = f"opening assets are {opening_assets:g}"
        raise bad_input(
            where="exhaustion: opening assets",
            what=what,
            remedy="give a market value of zero or more",
        )
    if not (np.isfinite(annual_return) and annual_return > -1):
        what = f"a return of {annual_return:g} a year loses everything or more"
        raise bad_input(
            where="exhaustion: annual return",
            what=what,
            remedy="give a decimal above -1, such as 0.07",
        )


def _roll_forward(
    net: FloatArray,
    opening_assets: float,
    annual_return: float,
    growth: float,
    rule: ExhaustedAssets,
) -> tuple[list[float], list[float]]:
    """Opening assets and closing assets before any floor, year by year."""
    floored = rule is ExhaustedAssets.FLOOR_AT_ZERO
    # Plain floats: a loop over a hundred numpy scalars would cost ten times as much.
    assets, opening, closing = float(opening_assets), [], []
    for outflow in (net * growth).tolist():
        opening.append(assets)
        assets = assets * (1.0 + annual_return) - outflow
        closing.append(assets)
        assets = max(assets, 0.0) if floored else assets
    return opening, closing


def _funded_years(flows: AnnualFlows, opening: FloatArray, policy: ExhaustionPolicy) -> BoolArray:
    """Years whose opening assets cover the tested outflow; nothing to pay is covered."""
    tested = tested_amounts(flows, policy)
    if policy.sufficiency is Sufficiency.OPENING_AT_LEAST:
        enough = opening >= tested
    else:
        enough = opening > tested
    funded: BoolArray = enough | (tested == 0)
    if policy.after_shortfall is AfterShortfall.ONCE_FAILED:
        funded = np.logical_and.accumulate(funded)
    return read_only(funded)


def tested_amounts(flows: AnnualFlows, policy: ExhaustionPolicy) -> FloatArray:
    """What the opening assets of each year must cover under a policy, shape (years,)."""
    benefits_only = policy.tested_outflow is OutflowTested.BENEFITS
    return flows.benefits if benefits_only else flows.outgo


def _first_label(labels: IntArray, failing: BoolArray) -> int | None:
    years = np.flatnonzero(failing)
    return int(labels[years[0]]) if years.size else None
