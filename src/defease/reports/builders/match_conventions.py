"""The conventions of a match, every one by its name: they are part of the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.matching.policy import LimitsRelativeTo, Surplus, TerminalSurplus
from defease.matching.words import money, percent
from defease.reports.document import Definitions

if TYPE_CHECKING:
    from defease.matching import MatchingPolicy, MatchResult


def matching_conventions(result: MatchResult) -> Definitions:
    """Which stream, what cash earns, what may be borrowed, what limits refer to, which prices."""
    policy = result.policy
    cap = policy.cash_cap_months
    return Definitions(
        [
            ("Amounts", f"{policy.amounts.value} payments"),
            ("Settlement", result.settlement.isoformat()),
            ("Surplus cash", _surplus(policy)),
            ("Reinvestment", f"{_rates(policy.reinvestment_rate)}, annual effective, ACT/365"),
            ("Cash cap", "none" if cap is None else f"payments of the next {cap} months"),
            ("Initial cash", policy.initial_cash.value),
            ("Cash left at the end", _terminal(policy)),
            ("Borrowing", _borrowing(policy)),
            ("Limits", _base(policy)),
            ("Payment lag", _lag(policy)),
            ("Prices", _prices(result)),
        ]
    )


def _surplus(policy: MatchingPolicy) -> str:
    if policy.surplus is Surplus.LOST:
        return "lost: each date is covered by the receipts since the last one"
    return "carried to the next date at the reinvestment rate"


def _terminal(policy: MatchingPolicy) -> str:
    if policy.terminal_surplus is TerminalSurplus.CREDITED:
        return f"credited at a discount factor of {policy.terminal_discount_factor:.6f}"
    if policy.terminal_surplus is TerminalSurplus.TARGET:
        return f"must be {money(policy.terminal_target)}"
    return "of no value"


def _borrowing(policy: MatchingPolicy) -> str:
    said = []
    if policy.borrows:
        spread = f"the reinvestment rate plus {percent(policy.borrowing_spread)}"
        rate = spread if policy.borrowing_rate is None else percent(policy.borrowing_rate)
        said.append(f"one-period loans at {rate}, {_caps(policy.borrowing_cap)}")
    said += [
        f"loans of {loan.periods} payment dates at {percent(loan.rate)} up to {money(loan.cap)}"
        for loan in policy.loans
    ]
    at_settlement = "also" if policy.borrows_at_settlement else "not"
    return f"{'; '.join(said)}; {at_settlement} at settlement" if said else "none"


def _caps(given: float | tuple[float, ...]) -> str:
    if isinstance(given, tuple):
        return "capped period by period"
    return "without cap" if given == float("inf") else f"up to {money(given)}"


def _rates(given: float | tuple[float, ...]) -> str:
    if isinstance(given, tuple):
        return f"{percent(min(given))} to {percent(max(given))} a year, by period"
    return f"{percent(given)} a year"


def _base(policy: MatchingPolicy) -> str:
    if policy.limits_relative_to is LimitsRelativeTo.AMOUNT:
        return f"shares of {money(policy.limits_amount)}"
    return "shares of the cost of bonds and cash"


def _lag(policy: MatchingPolicy) -> str:
    if not policy.payment_lag_days:
        return "none: a receipt pays what is due on its day"
    return f"a receipt counts {policy.payment_lag_days} days later"


def _prices(result: MatchResult) -> str:
    clean = "clean price plus accrued interest"
    if not result.trading_cost:
        return f"{clean}; no transaction costs"
    return f"{clean}; {money(result.trading_cost)} of transaction costs and spreads"
