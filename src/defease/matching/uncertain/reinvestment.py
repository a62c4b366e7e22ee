"""Cash that earns less than hoped: the lowest rate decides, and every higher path is covered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from defease.errors import bad_input
from defease.matching.runoff import CashDecisions, run_off

if TYPE_CHECKING:
    import numpy.typing as npt

    from defease.arrays import FloatArray
    from defease.matching.data import MatchingData
    from defease.matching.policy import MatchingPolicy
    from defease.matching.result import MatchResult
    from defease.matching.runoff import RunOff

PLACE = "matching.reinvestment_rate"


def worst_reinvestment(policy: MatchingPolicy, lowest: float) -> MatchingPolicy:
    """The same conventions with cash earning only the lowest plausible rate, in every period.

    A portfolio found under them makes every payment under any path of rates at or above `lowest`:
    cash is never negative, and each unit of it grows with the rate.  Loans keep what they cost
    under `policy` (the dearest period's rate where they differ): cash that earns less does not make
    them cheaper.

    Parameters
    ----------
    policy
        The conventions otherwise.
    lowest
        Annual effective decimal, above -100%.

    Examples
    --------
    >>> from defease.matching import MatchingPolicy
    >>> lean = worst_reinvestment(MatchingPolicy(reinvestment_rate=(0.03, 0.02)), 0.005)
    >>> lean.reinvestment_rate, lean.borrowing_rate
    (0.005, 0.05)
    """
    given = policy.reinvestment_rate
    periods = len(given) if isinstance(given, tuple) else 1
    loans = float(policy.borrowing_rates(periods).max())
    return replace(policy, reinvestment_rate=float(lowest), borrowing_rate=loans)


def run_off_at(
    data: MatchingData, levels: FloatArray, decisions: CashDecisions, rates: npt.ArrayLike
) -> RunOff:
    """The same holdings and decisions when cash earns other rates than planned.

    Parameters
    ----------
    data
        Payments due and promised, and the conventions of the plan.
    levels
        Holdings in units of 100 face, shape (n,).
    decisions
        Cash, loans and releases as decided; loans cost what they cost in the plan.
    rates
        Annual effective rate of each period, shape (T,), or one for all.

    Returns
    -------
    RunOff
        The ladder; `lowest_cash` is negative where a payment is missed.
    """
    return _replayed(data, levels, decisions.initial_cash, run_off(data, levels, decisions), rates)


def reinvested_at(result: MatchResult, rates: npt.ArrayLike) -> RunOff:
    """A matched portfolio run off when cash earns other rates than planned.

    As `run_off_at`: bonds, loans and releases stay as they are in the result.

    Examples
    --------
    >>> import datetime as dt, numpy as np
    >>> from defease.bonds.universe import BondUniverse
    >>> from defease.cashflows import Payments
    >>> from defease.matching import MatchingPolicy, match_cash_flows
    >>> days = np.array(["2027-01-31", "2028-01-31"], "datetime64[D]")
    >>> bonds = BondUniverse(
    ...     settlement=dt.date(2026, 1, 31), identifiers=("one",), ratings=("UST",),
    ...     coupons=np.zeros(1), clean_prices=np.array([96.0]), maturities=days[:1])
    >>> liability = Payments.from_dates(dt.date(2026, 1, 31), days, [100.0, 101.0])
    >>> policy = MatchingPolicy(reinvestment_rate=0.01, cash_cap_months=None)
    >>> found = match_cash_flows(liability, bonds, policy=policy)
    >>> reinvested_at(found, 0.03).cash_after, reinvested_at(found, 0.0).cash_after
    (array([100.,   2.]), array([100.,  -1.]))
    """
    return _replayed(result.data, result.levels, result.initial_cash, result.ladder, rates)


def _replayed(
    data: MatchingData,
    levels: FloatArray,
    initial_cash: float,
    planned: RunOff,
    rates: npt.ArrayLike,
) -> RunOff:
    """Loans are moved into the payments, so that their cost stays what was agreed."""
    policy = replace(data.policy, reinvestment_rate=_path(rates, data.periods))
    due = data.payments + planned.repaid - planned.borrowed
    decisions = CashDecisions(
        initial_cash=initial_cash,
        loans=np.zeros(data.periods),
        released=planned.released,
        credit=np.zeros(0),
    )
    replayed = run_off(replace(data, policy=policy, payments=due), levels, decisions)
    return replace(
        replayed, payments=data.payments, borrowed=planned.borrowed, repaid=planned.repaid
    )


def _path(rates: npt.ArrayLike, periods: int) -> tuple[float, ...]:
    path = np.asarray(rates, dtype=np.float64)
    if path.ndim > 1 or (path.ndim == 1 and len(path) != periods):
        what = f"has {path.size} values, but there are {periods} periods between payments"
        raise bad_input(PLACE, what, "give one rate, or one for each period")
    return tuple(np.broadcast_to(path, (periods,)).tolist())
