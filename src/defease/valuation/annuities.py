"""Closed forms for level and growing payments, smooth through rates of zero."""

from __future__ import annotations

import math

from defease.cashflows import Timing
from defease.errors import bad_input

SMALL = 1e-4


def present_value_of_level_payments(
    amount: float,
    annual_rate: float,
    years: float,
    *,
    timing: Timing = Timing.END_OF_YEAR,
    payments_a_year: int = 1,
) -> float:
    """What `amount` a year for `years` years is worth today, paid in equal parts.

    In arrears ``(C/m) (1 - v^n) / ((1+i)^(1/m) - 1)``; in advance times ``(1+i)^(1/m)``; at i = 0
    the limit ``n C``.

    Parameters
    ----------
    amount : float
        Plan currency a year.
    annual_rate : float
        Annual effective, above -1.
    years : float
        Years of payments, a whole number of periods.
    timing : Timing
        `END_OF_YEAR`: at the end of each period (in arrears); `START_OF_YEAR`: in advance.
    payments_a_year : int
        1, 2, 4 or 12, say.

    Examples
    --------
    >>> round(present_value_of_level_payments(50_000, 0.03, 30), 2)
    980022.07
    >>> round(present_value_of_level_payments(50_000, 0.03, 30, timing=Timing.START_OF_YEAR), 2)
    1009422.73
    >>> present_value_of_level_payments(50_000, 0.0, 30)
    1500000.0
    """
    log_growth = _log_growth(annual_rate, "annual_rate") / payments_a_year
    arrears = amount / payments_a_year * _geometric_sum(log_growth, years * payments_a_year)
    return arrears * math.exp(log_growth * _periods_early(timing))


def present_value_of_growing_payments(
    first_amount: float,
    annual_rate: float,
    annual_growth: float,
    years: float,
    *,
    timing: Timing = Timing.END_OF_YEAR,
) -> float:
    """What payments growing each year are worth today: the first is `first_amount`.

    In arrears ``C [1 - ((1+g)/(1+i))^n] / (i - g)``; where i = g the limit ``n C / (1+i)``.

    Examples
    --------
    >>> round(present_value_of_growing_payments(50_000, 0.03, 0.025, 30), 2)
    1358299.3
    >>> round(present_value_of_growing_payments(1.03, 0.03, 0.03, 30), 12)
    30.0
    """
    discounting = _log_growth(annual_rate, "annual_rate")
    growth = _log_growth(annual_growth, "annual_growth")
    # ln((1+i)/(1+g)) from i - g, so that nearly equal rates lose no digits.
    net = math.log1p((annual_rate - annual_growth) / (1.0 + annual_growth))
    in_arrears = first_amount * math.exp(-growth) * _geometric_sum(net, years)
    return in_arrears * math.exp(discounting * _periods_early(timing))


def macaulay_duration_of_level_payments(annual_rate: float, years: int) -> float:
    """Mean time, weighted by value, of n annual payments in arrears.

    ``(1+i)/i - n/((1+i)^n - 1)``; at i = 0 the limit ``(n+1)/2``.

    Examples
    --------
    >>> round(macaulay_duration_of_level_payments(0.05, 30), 5)
    11.96914
    >>> macaulay_duration_of_level_payments(0.0, 30)
    15.5
    """
    log_growth = _log_growth(annual_rate, "annual_rate")
    if abs(log_growth * years) < SMALL:  # the closed form cancels here; the series is good to 1e-12
        return (years + 1) / 2 - log_growth * (years * years - 1) / 12
    return -1.0 / math.expm1(-log_growth) - years / math.expm1(log_growth * years)


def _geometric_sum(log_growth: float, terms: float) -> float:
    """``sum_{k=1..n} e^(-dk)``, continuous at d = 0."""
    if not terms > 0:
        raise bad_input(
            where="annuity: years",
            what=f"must be positive, got {terms:g}",
            remedy="give years above 0",
        )
    if log_growth == 0:
        return terms
    return -math.expm1(-log_growth * terms) / math.expm1(log_growth)


def _log_growth(rate: float, name: str) -> float:
    if not (math.isfinite(rate) and rate > -1):
        what = f"a rate of {rate:g} is not above -100%"
        raise bad_input(
            where=f"annuity: {name}", what=what, remedy="give a decimal above -1, such as 0.03"
        )
    return math.log1p(rate)


def _periods_early(timing: Timing) -> float:
    early = {Timing.END_OF_YEAR: 0.0, Timing.MID_YEAR: 0.5, Timing.START_OF_YEAR: 1.0}
    if timing not in early:
        what = f"payments cannot be timed {timing.value} here"
        raise bad_input(
            where="annuity: timing",
            what=what,
            remedy="choose the start, middle or end of the period",
        )
    return early[timing]
