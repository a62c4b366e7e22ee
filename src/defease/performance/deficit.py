"""The alpha a plan needs each year to close its deficit in a given time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.errors import Caution, bad_input
from defease.funding import ExhaustionPolicy, required_return
from defease.funding.policies import growth_to_year_end

if TYPE_CHECKING:
    from defease.funding import AnnualFlows, RequiredReturn


@dataclass(frozen=True, eq=False, kw_only=True)
class RequiredAlpha:
    """The least constant asset return that closes the deficit, less the index's yield.

    Attributes
    ----------
    alpha
        ``g - y``, decimal a year; None unless the required return is unique.
    required
        The return g, its status, its path and where it binds.
    liability_yield
        Annual effective yield y at which the liability is rolled.
    years
        Whole years within which the deficit is to close.
    liabilities
        Liability at each year's end, shape (years,).
    cautions
        What was assumed.
    """

    alpha: float | None
    required: RequiredReturn
    liability_yield: float
    years: int
    liabilities: FloatArray
    cautions: tuple[Caution, ...] = ()


def required_alpha(
    flows: AnnualFlows,
    *,
    assets: float,
    liabilities: float,
    liability_yield: float,
    years: float,
    policy: ExhaustionPolicy | None = None,
) -> RequiredAlpha:
    """Annual alpha that closes the deficit in n years.

    The least g with assets rolled at g on the net flows never negative and ``A_n >= L_n``, where
    the liability is rolled at its yield and pays the same flows.  The returns that succeed form an
    up-set, so that bisection finds the one least (`funding.required_return`).

    Parameters
    ----------
    flows : AnnualFlows
        At least n years; later ones are not used.
    assets, liabilities : float
        Today's values, plan currency.
    liability_yield : float
        Annual effective, above -1.
    years : float
        Time allowed; rounded to whole years, at least one.  The usual choice is the duration of
        the residual liability.
    policy : ExhaustionPolicy
        Timing of the flows and which contributions count.

    Examples
    --------
    >>> from defease.funding import AnnualFlows
    >>> none = AnnualFlows.from_columns(benefits=[0.0] * 10)
    >>> found = required_alpha(
    ...     none, assets=700, liabilities=1000, liability_yield=0.06, years=10)
    >>> round(found.alpha, 9) == round(1.06 * ((10 / 7) ** 0.1 - 1), 9)
    True
    """
    whole = _whole_years(years, len(flows))
    if not (math.isfinite(liability_yield) and liability_yield > -1.0):
        what = f"a yield of {liability_yield:g}"
        raise bad_input(
            where="required alpha", what=what, remedy="give an annual yield above -100%"
        )
    chosen = policy or ExhaustionPolicy()
    counted = ExhaustionPolicy(
        timing=chosen.timing, contributions=chosen.contributions, horizon=whole
    )
    path = _rolled_liability(flows.under(counted).net, liabilities, liability_yield, counted)
    target = max(0.0, float(path[-1]))
    needed = required_return(flows, opening_assets=assets, policy=counted, closing_target=target)
    alpha = None if needed.rate is None else needed.rate - liability_yield
    return RequiredAlpha(
        alpha=alpha,
        required=needed,
        liability_yield=liability_yield,
        years=whole,
        liabilities=path,
        cautions=_cautions(years, whole, path),
    )


def _whole_years(years: float, available: int) -> int:
    if not (math.isfinite(years) and years > 0.0):
        what = f"{years:g} years"
        raise bad_input(where="required alpha", what=what, remedy="give a time above zero")
    whole = max(1, math.floor(years + 0.5))
    if whole > available:
        what = f"{whole} years asked for, flows given for {available}"
        raise bad_input(where="required alpha", what=what, remedy="give flows for every year")
    return whole


def _rolled_liability(
    net: FloatArray, opening: float, annual_yield: float, policy: ExhaustionPolicy
) -> FloatArray:
    to_year_end = growth_to_year_end(policy.timing, annual_yield)
    level, path = float(opening), []
    for outflow in net.tolist():
        level = level * (1.0 + annual_yield) - outflow * to_year_end
        path.append(level)
    return read_only(np.array(path))


def _cautions(asked: float, whole: int, path: FloatArray) -> tuple[Caution, ...]:
    found = []
    if asked != whole:
        sentence = f"{asked:.4g} years were taken as {whole} whole years"
        found.append(Caution("whole_years", sentence))
    if path[-1] < 0.0:
        sentence = "the flows exceed what the liability is worth; the target was taken as zero"
        found.append(Caution("liability_paid_out", sentence))
    return tuple(found)
