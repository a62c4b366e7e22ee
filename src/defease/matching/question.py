"""A matching question as plain arrays: what is due, what is promised, under which rules."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, read_only
from defease.bonds.payments import payments_of
from defease.bonds.terms import FACE
from defease.dates import add_months_to, is_month_end, years_between
from defease.errors import bad_input
from defease.matching.data import MatchingData
from defease.matching.eligibility import Eligibility, Excluded, screen
from defease.matching.policy import MatchingPolicy
from defease.matching.problem import MatchingProgram, build_program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.bonds.universe import BondUniverse
    from defease.cashflows import Payments
    from defease.matching.data import Trading
    from defease.matching.haircut import LossTable
    from defease.matching.problem import Limit


PLACE = "matching"
DEFAULT_POLICY = MatchingPolicy()
DEFAULT_ELIGIBILITY = Eligibility()


@dataclass(frozen=True, eq=False)
class DuePayments:
    """The payments to be matched: at settlement, and after it up to the horizon."""

    settlement: dt.date
    at_settlement: float
    dates: DateArray
    amounts: FloatArray
    total: float
    """All payments from settlement on, those beyond the horizon included."""

    @property
    def times(self) -> FloatArray:
        """Years from settlement, actual days over 365."""
        return years_between(self.settlement, self.dates)


@dataclass(frozen=True, eq=False)
class MatchingQuestion:
    """Everything that decides the answer: payments, bonds, conventions and limits."""

    due: DuePayments
    data: MatchingData
    bonds: BondUniverse
    limits: tuple[Limit, ...]
    excluded: tuple[Excluded, ...] = ()

    @classmethod
    def of(
        cls,
        due: DuePayments,
        bonds: BondUniverse,
        *,
        policy: MatchingPolicy,
        limits: Sequence[Limit] = (),
        haircut: LossTable | None = None,
    ) -> MatchingQuestion:
        """The question for these payments and bonds."""
        data = matching_data(due, bonds, policy, haircut=haircut)
        return cls(due, data, bonds, tuple(limits))

    def program(self) -> MatchingProgram:
        """The linear programme that answers it."""
        return build_program(self.data, self.bonds, self.limits)

    def with_limits(self, limits: Sequence[Limit]) -> MatchingQuestion:
        """The same question under other limits."""
        return replace(self, limits=tuple(limits))

    def with_policy(self, policy: MatchingPolicy) -> MatchingQuestion:
        """The same question under other conventions."""
        caps = cash_caps(self.due, policy.cash_cap_months)
        return replace(self, data=replace(self.data, policy=policy, cash_caps=caps))

    def with_trading(self, trading: Trading | None) -> MatchingQuestion:
        """The same question with other holdings or costs of trading, of the eligible bonds each."""
        count = len(self.data.prices)
        if trading is not None and {
            len(trading.held),
            len(trading.buying),
            len(trading.selling),
        } != {count}:
            what = f"holdings and costs are not of the {count} eligible bonds"
            raise bad_input(PLACE, what, "give one number for each of question.bonds")
        return replace(self, data=replace(self.data, trading=trading))

    def with_shares_paid(self, shares: FloatArray) -> MatchingQuestion:
        """The same question where only a share of each payment is made, shape (T,).

        Cash caps follow the payments made; what is due at settlement is paid in full.
        """
        due = replace(self.due, amounts=read_only(self.due.amounts * shares))
        caps = cash_caps(due, self.data.policy.cash_cap_months)
        data = replace(self.data, payments=due.amounts, cash_caps=caps)
        return replace(self, due=due, data=data)

    def until(self, periods: int) -> MatchingQuestion:
        """The same question for the first so many payment dates."""
        due = replace(self.due, dates=self.due.dates[:periods], amounts=self.due.amounts[:periods])
        data = replace(
            self.data,
            payment_times=self.data.payment_times[:periods],
            payments=self.data.payments[:periods],
            cash_caps=cash_caps(due, self.data.policy.cash_cap_months),
            policy=self.data.policy.until(periods),
        )
        return replace(self, due=due, data=data)

    def with_haircut(self, haircut: LossTable | None) -> MatchingQuestion:
        """The same question with payments counted only as far as they survive default."""
        data = matching_data(self.due, self.bonds, self.data.policy, haircut=haircut)
        return replace(self, data=replace(data, trading=self.data.trading))

    def with_cash_cap(self, months: int | None) -> MatchingQuestion:
        """The same question with another cap on carried cash."""
        return replace(self, data=replace(self.data, cash_caps=cash_caps(self.due, months)))


def matching_question(
    liability: Payments,
    bonds: BondUniverse,
    *,
    policy: MatchingPolicy = DEFAULT_POLICY,
    limits: Sequence[Limit] = (),
    eligibility: Eligibility = DEFAULT_ELIGIBILITY,
    horizon: dt.date | None = None,
    haircut: LossTable | None = None,
) -> MatchingQuestion:
    """What is to be matched with what: payments up to the horizon, bonds that may be bought.

    Every way of answering (`match_cash_flows`, sweeps, budgets, lots) starts from this value.
    """
    due = payments_due(liability, bonds.settlement, horizon)
    eligible, excluded = screen(bonds, eligibility, limits)
    question = MatchingQuestion.of(due, eligible, policy=policy, limits=limits, haircut=haircut)
    return replace(question, excluded=excluded)


def payments_due(liability: Payments, settlement: dt.date, horizon: dt.date | None) -> DuePayments:
    """The payments at and after settlement, up to the horizon."""
    start = np.datetime64(settlement, "D")
    if len(liability) and liability.dates[0] < start:
        what = f"a payment is due on {liability.dates[0]}, before settlement on {settlement}"
        raise bad_input(PLACE, what, "drop payments already due, or settle earlier")
    last = np.datetime64(horizon or dt.date.max, "D")
    within = liability.dates <= last
    # Two exact times may share one day; a day has one balance.
    later = within & (liability.dates > start)
    dates, owner = np.unique(liability.dates[later], return_inverse=True)
    amounts = np.bincount(owner, liability.amounts[later], len(dates)).astype(np.float64)
    if not len(dates):
        until = f" and on or before {horizon}" if horizon else ""
        what = f"no payment is due after settlement on {settlement}{until}"
        raise bad_input(PLACE, what, "give later payments or a longer horizon")
    at_start = float(liability.amounts[liability.dates == start].sum())
    return DuePayments(
        settlement, at_start, read_only(dates), read_only(amounts), float(liability.amounts.sum())
    )


def matching_data(
    due: DuePayments,
    bonds: BondUniverse,
    policy: MatchingPolicy,
    *,
    haircut: LossTable | None = None,
) -> MatchingData:
    """Payments due and promised as the plain arrays of the programme."""
    promised = payments_of(bonds)
    times = promised.times
    principals = np.where(promised.periods == 0, FACE, 0.0)
    kept = haircut.survival(bonds.ratings, promised.bond, times) if haircut else np.ones(len(times))
    return MatchingData(
        policy=policy,
        payment_times=due.times,
        payments=due.amounts,
        prices=bonds.dirty_prices,
        flow_bonds=promised.bond,
        flow_times=times,
        flow_amounts=read_only(promised.amounts * kept),
        flow_principals=read_only(principals * kept),
        cash_caps=cash_caps(due, policy.cash_cap_months),
    )


def cash_caps(due: DuePayments, months: int | None) -> FloatArray:
    """Largest cash carried out of settlement and of each payment date, shape (T + 1,).

    The payments of the next so many calendar months, the last day included; from a month's end the
    window ends with a month.
    """
    if months is None:
        return read_only(np.full(len(due.dates) + 1, np.inf))
    days = np.concatenate(([np.datetime64(due.settlement, "D")], due.dates))
    aimed = np.where(is_month_end(days), 31, (days - days.astype("datetime64[M]")).astype(int) + 1)
    ends = add_months_to(days, months, anchor_days=aimed)
    paid = np.concatenate(([0.0], np.cumsum(due.amounts.clip(min=0.0))))
    opening = np.arange(len(days))
    return read_only(paid[np.searchsorted(due.dates, ends, side="right")] - paid[opening])
