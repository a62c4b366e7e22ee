"""The portfolio bought today that pays in every scenario, or stays unpaid no more than allowed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.errors import Caution, DefeaseError, InfeasibleError, ModelError, Problem, bad_input
from defease.matching.diagnosis import UncoveredError, why_no_solution
from defease.matching.result import BASIS_POINTS, Holdings, holdings_of
from defease.matching.runoff import CashDecisions, RunOff, run_off
from defease.matching.uncertain.benders import solve_by_scenario
from defease.matching.uncertain.direct import Decided, solve_directly
from defease.matching.uncertain.shortfall import FULL_COVER, ShortfallDistribution
from defease.matching.uncertain.stages import Stages
from defease.solvers import NoSolution, SolverStatus, solve_linear_program

if TYPE_CHECKING:
    from defease.arrays import DateArray
    from defease.bonds.universe import BondUniverse
    from defease.matching.uncertain.scenarios import ScenarioQuestion
    from defease.matching.uncertain.shortfall import ShortfallRule
    from defease.solvers import Certificate

PLACE = "matching.scenarios"
LARGEST_DIRECT = 20_000
"""Balance rows (dates times scenarios) up to which all scenarios are solved in one programme."""
ROUNDING = 1e-8


class ScenarioMethod(StrEnum):
    """How scenarios are solved; both ways give the same cost."""

    AUTOMATIC = "automatic"
    DIRECT = "one programme"
    BY_SCENARIO = "scenario by scenario"


@dataclass(frozen=True, eq=False)
class ScenarioOutcome:
    """What becomes of the portfolio in one scenario.

    `ladder` pays what is paid, after `unpaid`, shape (T,); `due` is what should be.
    """

    name: str
    probability: float
    due: FloatArray
    unpaid: FloatArray
    ladder: RunOff

    @property
    def worst_shortfall(self) -> float:
        """The largest amount unpaid on one date."""
        return float(self.unpaid.max(initial=0.0))

    @property
    def total_shortfall(self) -> float:
        """All that stays unpaid, undiscounted."""
        return float(self.unpaid.sum())


@dataclass(frozen=True, eq=False, kw_only=True)
class ScenarioMatch:
    """The cheapest portfolio over all scenarios, with what becomes of it in each.

    Attributes
    ----------
    cost
        What is paid today: bonds, initial cash less initial loan, what is due at settlement.
    objective, bound
        Cost with the expected penalty (less the expected credit for cash left over), and what no
        decisions can do better than.
    certificate
        Of the programme that proves the bound.
    method, rounds, cautions
        How it was solved, in how many rounds, and why, where that was not the choice.
    expected_penalty
        Of what stays unpaid, over all scenarios; part of the objective.
    levels, initial_cash
        Holdings of the eligible `bonds` in units of 100 face; cash bought.
    outcomes
        One a scenario.
    """

    cost: float
    objective: float
    bound: float
    expected_penalty: float
    certificate: Certificate
    method: ScenarioMethod
    rounds: int
    bonds: BondUniverse
    prices: FloatArray
    levels: FloatArray
    initial_cash: float
    dates: DateArray
    rule: ShortfallRule
    outcomes: tuple[ScenarioOutcome, ...]
    cautions: tuple[Caution, ...]

    @property
    def gap_bp(self) -> float:
        """How far the objective is above the bound, in basis points of it."""
        above = self.objective - self.bound
        return BASIS_POINTS * above / abs(self.bound) if self.bound else 0.0

    @property
    def portfolio_cost(self) -> float:
        """Bonds and initial cash."""
        return float(self.levels @ self.prices) + self.initial_cash

    @property
    def holdings(self) -> Holdings:
        """The bonds bought, largest cost first."""
        return holdings_of(self.bonds, self.prices, self.levels, base=self.portfolio_cost)

    @property
    def shortfalls(self) -> ShortfallDistribution:
        """The worst shortfall of each scenario and its probability."""
        return ShortfallDistribution(
            np.array([outcome.probability for outcome in self.outcomes]),
            np.array([outcome.worst_shortfall for outcome in self.outcomes]),
        )

    @property
    def expected_unpaid(self) -> float:
        """Average over the scenarios of all that stays unpaid, undiscounted."""
        return sum(outcome.probability * outcome.total_shortfall for outcome in self.outcomes)


def match_scenarios(
    question: ScenarioQuestion,
    *,
    shortfall: ShortfallRule = FULL_COVER,
    method: ScenarioMethod = ScenarioMethod.AUTOMATIC,
    time_limit: float = math.inf,
) -> ScenarioMatch:
    """The cheapest portfolio bought today whose cash pays whichever scenario comes true.

    Bonds, initial cash and initial loans are decided today and are the same in every scenario;
    carried cash, later loans and what stays unpaid follow the scenario.  Without a shortfall rule
    every payment of every scenario is made.  A scenario's later decisions know all its payments.
    A target for terminal surplus is what is left at least, in every scenario.

    Parameters
    ----------
    question
        Made by `scenario_question`.
    shortfall
        A penalty on what stays unpaid, bounds on it, or nothing unpaid.
    method
        One programme of dates times scenarios, or one small programme a scenario (Benders) until
        cost and bound agree to 1e-8; by default the first up to 20,000 balance rows.
    time_limit
        Seconds.

    Raises
    ------
    InfeasibleError
        No portfolio pays in every scenario: which one, and what would help.
    ModelError
        The cost has no lower bound.
    InputError
        One programme is asked for that would be too large.
    SolverError
        No certified answer was found, or not in time.

    Examples
    --------
    >>> import datetime as dt, numpy as np
    >>> from defease.bonds.universe import BondUniverse
    >>> from defease.cashflows import Payments
    >>> from defease.matching.uncertain import Scenario, scenario_question
    >>> start, days = dt.date(2026, 1, 31), np.array(["2027-01-31", "2028-01-31"], "datetime64[D]")
    >>> bonds = BondUniverse(
    ...     settlement=start, identifiers=("one", "two"), ratings=("UST", "UST"),
    ...     coupons=np.zeros(2), clean_prices=np.array([96.0, 92.0]), maturities=days)
    >>> long = Scenario("long lives", 0.5, Payments.from_dates(start, days, [1000.0, 800.0]))
    >>> short = Scenario("short lives", 0.5, Payments.from_dates(start, days, [1100.0, 500.0]))
    >>> found = match_scenarios(scenario_question((long, short), bonds))
    >>> round(found.cost, 6), found.holdings.faces
    (1700.0, array([1100.,  700.]))
    """
    method, cautions = _chosen(question, method)
    stages = Stages.of(question, shortfall)
    solve = solve_directly if method is ScenarioMethod.DIRECT else solve_by_scenario
    decided = solve(stages, time_limit=time_limit)
    if isinstance(decided, NoSolution):
        raise _why_none(stages, decided)
    return _result(stages, decided, method, cautions)


def _chosen(
    question: ScenarioQuestion, method: ScenarioMethod
) -> tuple[ScenarioMethod, tuple[Caution, ...]]:
    rows = question.payments.size
    if rows <= LARGEST_DIRECT or method is ScenarioMethod.BY_SCENARIO:
        direct = method is not ScenarioMethod.BY_SCENARIO
        return ScenarioMethod.DIRECT if direct else method, ()
    scenarios, periods = question.payments.shape
    size = f"{scenarios} scenarios of {periods} dates are more than {LARGEST_DIRECT:,} balances"
    if method is ScenarioMethod.DIRECT:
        raise bad_input(PLACE, f"{size}, too many for one programme", "solve scenario by scenario")
    words = f"{size}: solved scenario by scenario"
    return ScenarioMethod.BY_SCENARIO, (Caution("solved_by_scenario", words),)


def _result(
    stages: Stages, decided: Decided, method: ScenarioMethod, cautions: tuple[Caution, ...]
) -> ScenarioMatch:
    question, matching = stages.scenarios.average, stages.matching
    first = np.zeros(len(matching.program.costs))
    first[stages.first] = decided.first
    levels = read_only(first[matching.bonds.start : matching.bonds.stop].copy())
    at_settlement, shares = question.due.at_settlement, stages.scenarios.probabilities
    outcomes = tuple(
        _outcome(stages, scenario, levels, _all_columns(stages, decided, scenario), unpaid)
        for scenario, unpaid in enumerate(decided.unpaid)
    )
    return ScenarioMatch(
        cost=float(matching.program.costs @ first) + at_settlement,
        objective=decided.objective + at_settlement,
        bound=decided.bound + at_settlement,
        expected_penalty=float(shares @ np.array(decided.unpaid) @ stages.unit_prices),
        certificate=decided.certificate,
        method=method,
        rounds=decided.rounds,
        bonds=question.bonds,
        prices=question.data.prices,
        levels=levels,
        initial_cash=float(first[matching.cash.start]) if matching.cash else 0.0,
        dates=question.due.dates,
        rule=stages.rule,
        outcomes=outcomes,
        cautions=cautions,
    )


def _all_columns(stages: Stages, decided: Decided, scenario: int) -> FloatArray:
    """The decisions of one scenario in the places of the programme of one stream of payments."""
    x = np.zeros(len(stages.matching.program.costs))
    x[stages.first], x[stages.later] = decided.first, decided.later[scenario]
    return x


def _outcome(
    stages: Stages, scenario: int, levels: FloatArray, x: FloatArray, unpaid: FloatArray
) -> ScenarioOutcome:
    data, matching = stages.scenarios.question_of(scenario).data, stages.matching
    largest = float(np.abs(data.payments).max(initial=0.0))
    unpaid = np.where(unpaid > ROUNDING * largest, unpaid, 0.0)
    none = np.zeros(data.periods)
    decisions = CashDecisions(
        initial_cash=float(x[matching.cash.start]) if matching.cash else 0.0,
        loans=x[matching.loans.start : matching.loans.stop] if matching.loans else none,
        released=x[matching.released.start : matching.released.stop] if matching.released else none,
        credit=x[matching.credit.start : matching.credit.stop],
    )
    paid = replace(data, payments=read_only(data.payments - unpaid))
    return ScenarioOutcome(
        name=stages.scenarios.names[scenario],
        probability=float(stages.scenarios.probabilities[scenario]),
        due=data.payments,
        unpaid=read_only(unpaid),
        ladder=run_off(paid, levels, decisions),
    )


def _why_none(stages: Stages, finding: NoSolution) -> DefeaseError:
    """Which scenario alone has no answer and why; or that they contradict each other."""
    if finding.status is SolverStatus.UNBOUNDED:
        what = "the cost has no lower bound: some loan is cheaper than what its money buys"
        return ModelError(Problem("matching.borrowing_cap", what, "set borrowing_cap to an amount"))
    scenarios = stages.scenarios
    for scenario, name in enumerate(scenarios.names):
        alone = scenarios.question_of(scenario)
        matching = alone.program()
        found = solve_linear_program(matching.program)
        if isinstance(found, NoSolution) and not stages.rule.allows_any:
            return _in_scenario(name, why_no_solution(alone, matching, found))
    bounded = " within the shortfall allowed" if stages.rule.allows_any else ""
    what = f"no portfolio pays in every scenario{bounded}"
    if not stages.rule.allows_any:
        what += ", although each could be paid alone"
    remedy = "loosen limits or the cap on cash, allow a shortfall, or leave scenarios out"
    return InfeasibleError(Problem(PLACE, what, remedy))


def _in_scenario(name: str, error: DefeaseError) -> DefeaseError:
    """The same error, which says of which scenario it speaks."""
    problems = tuple(
        replace(problem, where=f"scenario '{name}': {problem.where}") for problem in error.problems
    )
    if isinstance(error, UncoveredError):
        return UncoveredError(problems, error.diagnosis)
    return type(error)(problems)
