"""Matching and its rivals side by side: cost, sensitivities, shocks, and cash when run off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.errors import ModelError
from defease.matching.rivals.cash import CashRunOff, run_off_without_selling
from defease.matching.rivals.horizon import horizon_portfolio, horizon_portfolio_with
from defease.matching.rivals.immunised import (
    duration_only_portfolio,
    key_rate_portfolio,
    own_yield_portfolio,
    redington_portfolio,
    smallest_dispersion_portfolio,
)
from defease.matching.rivals.question import Objective, RivalPortfolio, RivalQuestion, RivalRule
from defease.matching.rivals.shocks import (
    CurveShock,
    RevaluedPortfolio,
    liability_under,
    rival_shocks,
)
from defease.matching.rivals.swaps import swaps_portfolio
from defease.matching.words import money, percent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from defease.matching.result import MatchResult

BASIS_POINT = 1e-4
CONVENTIONS = (
    "every portfolio is bought at market prices",
    "values and key rates are on the stated curve, annual effective spot rates",
    "after a move of the curve each bond keeps its spread over it; swaps are on the curve itself",
    "run off without selling, cash above zero earns the reinvestment rate",
    "run off without selling, cash below zero costs the borrowing rate, loans included",
    "floating interest of swaps follows the curve's forward rates",
)


@dataclass(frozen=True, eq=False, kw_only=True)
class RivalRow:
    """One portfolio of the comparison; plan currency.

    Attributes
    ----------
    portfolio
        What was bought.
    present_value
        Of its payments and cash on the curve (its swaps are worth 0 on it).
    key_rate_gaps
        Fall in value of assets less that of the liability when one key rate rises by a basis
        point, shape (tenors,).
    surplus_changes
        Change of assets at market less liability under each shock, shape (shocks,).
    surplus_changes_on_curve
        The same with every bond priced on the curve itself, as the rules of immunisation see it.
    run_off
        Cash after each payment when nothing is sold.
    sentence
        The row in words.
    """

    portfolio: RivalPortfolio
    present_value: float
    key_rate_gaps: FloatArray
    surplus_changes: FloatArray
    surplus_changes_on_curve: FloatArray
    run_off: CashRunOff
    sentence: str

    @property
    def rule(self) -> RivalRule:
        """What the portfolio was built to do."""
        return self.portfolio.rule

    @property
    def cost(self) -> float:
        """What it costs to buy."""
        return self.portfolio.cost


@dataclass(frozen=True, slots=True)
class RefusedRival:
    """A rule that gives no portfolio worth showing, and why."""

    rule: RivalRule
    reason: str


@dataclass(frozen=True, eq=False, kw_only=True)
class RivalComparison:
    """Portfolios for one liability in one table.

    `liability_value` is the present value on the curve; `key_rate_gaps` of the rows belong to
    `tenors` (years) and `surplus_changes` to `shocks`.
    """

    liability_value: float
    future_value: float
    tenors: FloatArray
    shocks: tuple[CurveShock, ...]
    rows: tuple[RivalRow, ...]
    refused: tuple[RefusedRival, ...]
    conventions: tuple[str, ...] = CONVENTIONS

    def row(self, rule: RivalRule) -> RivalRow:
        """The first row of a rule; KeyError where there is none."""
        for row in self.rows:
            if row.rule is rule:
                return row
        raise KeyError(str(rule))


def matching_portfolio(question: RivalQuestion) -> RivalPortfolio:
    """The least-cost portfolio that pays every payment on its day, under the policy given.

    Raises
    ------
    InfeasibleError
        No portfolio within the limits pays everything.
    """
    periods = question.data.periods
    found = horizon_portfolio_with(question, (), dedicated=periods)
    sentence = _matching_sentence(periods, found.cost)
    return replace(found, rule=RivalRule.MATCHING, sentence=sentence)


def portfolio_of_result(result: MatchResult) -> RivalPortfolio:
    """A matched portfolio as it stands in the comparison: lots and trades as they were decided.

    Its cost here is the market value of bonds and cash: a payment due at settlement and the costs
    of trading, which no rival is asked for, are left out.
    """
    cash = result.initial_cash - result.initial_loan
    cost = float(result.levels @ result.data.prices) + cash
    periods = result.data.periods
    return RivalPortfolio(
        rule=RivalRule.MATCHING,
        objective=Objective.LEAST_COST,
        levels=result.levels,
        initial_cash=cash,
        cost=cost,
        conditions=(),
        sentence=_matching_sentence(periods, cost),
        certificate=result.certificate,
    )


def _matching_sentence(periods: int, cost: float) -> str:
    paid = f"all {periods} payments paid on their day"
    return f"{RivalRule.MATCHING}: {paid}, least cost; it costs {money(cost)}"


def standard_rivals(
    question: RivalQuestion, *, matched: RivalPortfolio | None = None
) -> dict[RivalRule, Callable[[], RivalPortfolio]]:
    """The rules of a comparison whose user names none; horizon matching dedicates half the dates.

    Factor immunisation is not among them: its loadings are the user's.
    """
    half = question.data.periods // 2
    return {
        RivalRule.MATCHING: lambda: matched or matching_portfolio(question),
        RivalRule.HORIZON: lambda: horizon_portfolio(question, dedicated=half),
        RivalRule.REDINGTON: lambda: redington_portfolio(question),
        RivalRule.KEY_RATE: lambda: key_rate_portfolio(question),
        RivalRule.M_SQUARED: lambda: smallest_dispersion_portfolio(question),
        RivalRule.OWN_YIELD: lambda: own_yield_portfolio(question),
        RivalRule.SWAPS: lambda: swaps_portfolio(question),
        RivalRule.DURATION_ONLY: lambda: duration_only_portfolio(question),
    }


def compare_with_rivals(
    question: RivalQuestion,
    *,
    matched: RivalPortfolio | None = None,
    shocks: Sequence[CurveShock] | None = None,
    tenors: npt.ArrayLike | None = None,
) -> RivalComparison:
    """Matching and its usual rivals for one liability, curve and universe.

    A rule without an answer is listed with the reason instead of a row.

    Parameters
    ----------
    question
        Liability, bonds, limits, conventions and curve.
    matched
        The matched portfolio if it is known already (`portfolio_of_result`); else it is sought.
    shocks
        Moves of the curve (default `rival_shocks`).
    tenors
        Years of the key rates (default: the report's up to the last payment of any bond).
    """
    portfolios, refused = [], []
    for rule, build in standard_rivals(question, matched=matched).items():
        try:
            portfolios.append(build())
        except ModelError as error:
            refused.append(RefusedRival(rule, str(error)))
    return compare_portfolios(question, portfolios, refused=refused, shocks=shocks, tenors=tenors)


def compare_portfolios(
    question: RivalQuestion,
    portfolios: Sequence[RivalPortfolio],
    *,
    refused: Sequence[RefusedRival] = (),
    shocks: Sequence[CurveShock] | None = None,
    tenors: npt.ArrayLike | None = None,
) -> RivalComparison:
    """Any portfolios for the same liability in one table."""
    moves = rival_shocks() if shocks is None else tuple(shocks)
    years = question.tenors(tenors)
    return RivalComparison(
        liability_value=question.liability_value,
        future_value=float(question.data.payments.sum()),
        tenors=years,
        shocks=moves,
        rows=tuple(rival_row(question, each, shocks=moves, tenors=years) for each in portfolios),
        refused=tuple(refused),
    )


def rival_row(
    question: RivalQuestion,
    portfolio: RivalPortfolio,
    *,
    shocks: Sequence[CurveShock],
    tenors: FloatArray,
) -> RivalRow:
    """One portfolio measured against the liability."""
    revalued = RevaluedPortfolio(question, portfolio)
    owed = [liability_under(question, move.shift) - question.liability_value for move in shocks]
    changes = [
        revalued.change_under(move.shift) - change
        for move, change in zip(shocks, owed, strict=True)
    ]
    on_curve = [
        revalued.change_on_curve(move.shift) - change
        for move, change in zip(shocks, owed, strict=True)
    ]
    run = run_off_without_selling(question.data, portfolio)
    values = question.assets.measures.present_value
    return RivalRow(
        portfolio=portfolio,
        present_value=float(values @ portfolio.levels) + portfolio.initial_cash,
        key_rate_gaps=read_only(_key_rate_gaps(question, portfolio, tenors)),
        surplus_changes=read_only(np.array(changes)),
        surplus_changes_on_curve=read_only(np.array(on_curve)),
        run_off=run,
        sentence=_sentence(question, portfolio, shocks, changes=changes, run=run),
    )


def _key_rate_gaps(
    question: RivalQuestion, portfolio: RivalPortfolio, tenors: FloatArray
) -> FloatArray:
    """Key-rate DV01 of assets, swaps included, less that of the liability."""
    held = np.flatnonzero(portfolio.levels)
    owned = question.assets.where_owner(held).key_rates(tenors) @ portfolio.levels[held]
    owed = question.liability.key_rates(tenors)[:, 0]
    if portfolio.swaps is not None:
        owned = owned + question.fixed_legs(portfolio.swaps).key_rates(tenors)[:, 0]
    return np.asarray((owned - owed) * BASIS_POINT, dtype=np.float64)


def _sentence(
    question: RivalQuestion,
    portfolio: RivalPortfolio,
    shocks: Sequence[CurveShock],
    *,
    changes: Sequence[float],
    run: CashRunOff,
) -> str:
    share = percent(round(portfolio.cost / question.liability_value, 4))
    start = f"{portfolio.rule} costs {money(portfolio.cost)} ({share} of the liability's value)"
    dates = len(run.balances)
    cash = (
        f"has cash for all {dates} payments"
        if run.covers_every_payment
        else f"is short of cash after {run.negative_dates} of {dates} payments, at worst by "
        f"{money(-run.worst_balance)}"
    )
    if not shocks:
        return f"{start} and, run off without selling, {cash}"
    worst = int(np.argmin(changes))
    verb = "falls by" if changes[worst] < 0.0 else "rises even at worst by"
    moved = f"its surplus {verb} {money(abs(changes[worst]))} at {shocks[worst].name}"
    return f"{start}; {moved}; run off without selling, it {cash}"
