"""Several possible streams of payments, of which one will come true: as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.cashflows import Payments
from defease.errors import ProblemList, bad_input
from defease.matching.question import (
    DEFAULT_ELIGIBILITY,
    DEFAULT_POLICY,
    MatchingQuestion,
    cash_caps,
    matching_question,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from defease.arrays import DateArray
    from defease.bonds.universe import BondUniverse
    from defease.matching.eligibility import Eligibility
    from defease.matching.haircut import ExpectedLossTable
    from defease.matching.policy import MatchingPolicy
    from defease.matching.problem import Limit

PLACE = "matching.scenarios"
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Scenario:
    """One way in which the payments may turn out, and how likely it is.

    Net payments, outgo positive: another mortality, another inflation of linked benefits, a lump
    sum taken or not.  What bonds pay is the same in every scenario.
    """

    name: str
    probability: float
    payments: Payments


@dataclass(frozen=True, eq=False)
class ScenarioQuestion:
    """What is to be matched in each scenario, on the days of all of them.

    Attributes
    ----------
    average
        The same question with the average payments: bonds, conventions, limits, dates.
    names
        Of the scenarios.
    probabilities
        Shape (W,), adding up to 1.
    payments
        Shape (W, T), 0 where a scenario pays nothing on a date of another.
    """

    average: MatchingQuestion
    names: tuple[str, ...]
    probabilities: FloatArray
    payments: FloatArray

    def __len__(self) -> int:
        return len(self.names)

    def question_of(self, scenario: int) -> MatchingQuestion:
        """The question with the payments of one scenario alone, known today."""
        amounts = read_only(self.payments[scenario].copy())
        due = replace(self.average.due, amounts=amounts)
        caps = cash_caps(due, self.average.data.policy.cash_cap_months)
        data = replace(self.average.data, payments=amounts, cash_caps=caps)
        return replace(self.average, due=due, data=data)


def scenario_question(
    scenarios: Sequence[Scenario],
    bonds: BondUniverse,
    *,
    policy: MatchingPolicy = DEFAULT_POLICY,
    limits: Sequence[Limit] = (),
    eligibility: Eligibility = DEFAULT_ELIGIBILITY,
    horizon: dt.date | None = None,
    haircut: ExpectedLossTable | None = None,
) -> ScenarioQuestion:
    """What is to be matched with what, when the payments are not certain.

    As `matching_question`, with one stream of payments a scenario.  A limit that refers to the
    payments (key rates) refers to their average.

    Raises
    ------
    InputError
        Probabilities that do not add up to 1, no payment, payments before settlement, or another
        amount due on the settlement day itself, which is known.
    """
    _check(scenarios)
    question = matching_question(
        _average(scenarios, bonds.settlement),
        bonds,
        policy=policy,
        limits=limits,
        eligibility=eligibility,
        horizon=horizon,
        haircut=haircut,
    )
    _check_settlement(scenarios, bonds.settlement, question.due.at_settlement)
    dates = question.due.dates
    payments = np.array([_on(dates, scenario.payments) for scenario in scenarios])
    return ScenarioQuestion(
        average=question,
        names=tuple(scenario.name for scenario in scenarios),
        probabilities=read_only(np.array([scenario.probability for scenario in scenarios])),
        payments=read_only(payments),
    )


def _average(scenarios: Sequence[Scenario], settlement: dt.date) -> Payments:
    dates = np.concatenate([scenario.payments.dates for scenario in scenarios])
    amounts = [scenario.probability * scenario.payments.amounts for scenario in scenarios]
    return Payments.from_dates(settlement, dates, np.concatenate(amounts))


def _on(dates: DateArray, payments: Payments) -> FloatArray:
    """Amounts on these days, shape (T,); payments of other days are left out."""
    place = np.searchsorted(dates, payments.dates).clip(max=len(dates) - 1)
    there = dates[place] == payments.dates
    return np.bincount(place[there], payments.amounts[there], len(dates)).astype(np.float64)


def _check(scenarios: Sequence[Scenario]) -> None:
    found = ProblemList()
    if not scenarios:
        found.add(PLACE, "there is none", "give at least one stream of payments")
    names = [scenario.name for scenario in scenarios]
    for name in sorted({name for name in names if names.count(name) > 1}):
        found.add(f"{PLACE}.{name}", "is given twice", "give each scenario a name of its own")
    for scenario in scenarios:
        if not 0.0 <= scenario.probability <= 1.0:
            what = f"has probability {scenario.probability:g}"
            found.add(f"{PLACE}.{scenario.name}", what, "give a decimal from 0 to 1")
    total = sum(scenario.probability for scenario in scenarios)
    if scenarios and not abs(total - 1.0) <= ROUNDING:
        found.add(PLACE, f"the probabilities add up to {total:.6g}", "let them add up to 1")
    found.raise_if_any()


def _check_settlement(scenarios: Sequence[Scenario], settlement: dt.date, average: float) -> None:
    """What is due on the day of purchase is paid from the purchase price, and known."""
    today = np.datetime64(settlement, "D")
    for scenario in scenarios:
        due = float(scenario.payments.amounts[scenario.payments.dates == today].sum())
        if abs(due - average) > ROUNDING * max(1.0, abs(due)):
            where = f"{PLACE}.{scenario.name}"
            what = f"{due:g} is due on the settlement day {settlement}, elsewhere another amount"
            raise bad_input(where, what, "what is due today is known: give one amount everywhere")
