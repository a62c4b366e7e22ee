"""What stands beside a matched portfolio: its prices, its rivals, buy-out, the cost of horizons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from defease.errors import bad_input
from defease.matching import (
    AnnuityPrice,
    BuyoutComparison,
    ReportedRisk,
    RivalComparison,
    RivalQuestion,
    TurnoverLimit,
    compare_buyout,
    compare_with_rivals,
    reported_status_risk,
)
from defease.matching.implied import ImpliedCurve, implied_curve
from defease.matching.prices import (
    BondValue,
    LimitStep,
    PaymentPrices,
    bond_values,
    is_degenerate,
    limit_steps,
    payment_prices,
)
from defease.matching.rivals import portfolio_of_result
from defease.matching.slices import HorizonCurve, horizon_curve
from defease.matching.solve import result_of
from defease.services.plans import basis_named
from defease.solvers import LinearSolution, solve_linear_program
from defease.valuation import present_value

if TYPE_CHECKING:
    from defease.matching import MatchingQuestion, MatchResult
    from defease.services.matching.answers import MatchAnswer
    from defease.services.matching.planned import PlannedMatch
    from defease.valuation import Basis

SMALL = 60_000
"""Payments of all bonds up to which limits, payments and rivals are solved again by default."""


class Sweep(StrEnum):
    """What a cost curve runs over."""

    YEARS = "years"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a user asks for beside the portfolio.

    `compare` holds "rivals" and "buyout=LOAD" (a load above the value on the savings basis, as
    0.05) or "buyout=AMOUNT" with a quoted price.
    """

    sweep: Sweep | None = None
    compare: tuple[str, ...] = ()

    @property
    def rivals(self) -> bool:
        """Whether rivals were asked for by name."""
        return "rivals" in self.compare

    @property
    def annuity(self) -> float | None:
        """The load or the price of an annuity; None when not asked for."""
        given = [text.partition("=")[2] for text in self.compare if text.startswith("buyout")]
        if not given:
            return None
        try:
            return float(given[-1])
        except ValueError:
            what = f"cannot read 'buyout={given[-1]}'"
            remedy = "give a load, as buyout=0.05, or a price, as buyout=250e6"
            raise bad_input(where="--compare", what=what, remedy=remedy) from None


def asked(sweep: str | None, compare: tuple[str, ...]) -> Asked:
    """What the command line or a caller asks for, checked."""
    if sweep is not None and sweep not in set(Sweep):
        remedy = f"choose {' or '.join(Sweep)}"
        raise bad_input(where="--sweep", what=f"cannot sweep over '{sweep}'", remedy=remedy)
    for text in compare:
        if text != "rivals" and not text.startswith("buyout="):
            remedy = "choose rivals, or buyout=LOAD, as buyout=0.05"
            raise bad_input(where="--compare", what=f"cannot compare with '{text}'", remedy=remedy)
    found = Asked(sweep=None if sweep is None else Sweep(sweep), compare=compare)
    _ = found.annuity
    return found


@dataclass(frozen=True, eq=False, kw_only=True)
class Prices:
    """What the portfolio itself says of payments, limits and bonds.

    `limits` is None where the problem is too large to solve again for it; `payments` where both
    sides of every price agree.  `degenerate`: several sets of prices fit the optimum.
    """

    implied: ImpliedCurve
    bonds: tuple[BondValue, ...]
    limits: tuple[LimitStep, ...] | None
    payments: PaymentPrices | None
    degenerate: bool


@dataclass(frozen=True, eq=False, kw_only=True)
class Beside:
    """All that stands beside a matched portfolio; None where not asked for or not possible."""

    prices: Prices
    curve: HorizonCurve | None
    rivals: RivalComparison | None
    reported: ReportedRisk | None
    buyout: BuyoutComparison | None
    basis: str


def beside(
    planned: PlannedMatch,
    found: MatchAnswer,
    wanted: Asked,
    *,
    progress: Callable[[str, float], None] | None = None,
) -> Beside:
    """Everything asked for beside the portfolio, on the plan's savings basis."""
    basis = basis_named(planned.plan, savings_basis_of(planned))
    rivals, reported = _rivals(found, basis, wanted)
    return Beside(
        prices=_prices(planned, found),
        curve=_curve(planned.question, progress) if wanted.sweep else None,
        rivals=rivals,
        reported=reported,
        buyout=_buyout(planned, found.matched, basis, wanted.annuity),
        basis=basis.name,
    )


def savings_basis_of(planned: PlannedMatch) -> str:
    """The basis that savings are measured against."""
    return planned.given.savings_basis or planned.plan.headline_basis


def is_small(question: MatchingQuestion) -> bool:
    """Whether solving many times over is a matter of seconds."""
    return len(question.data.flow_bonds) <= SMALL


def _prices(planned: PlannedMatch, found: MatchAnswer) -> Prices:
    """Prices at the linear optimum of what was answered, whole pieces aside."""
    question = found.question
    matching = question.program()
    optimum = solve_linear_program(matching.program, basis=found.matched.basis)
    linear = found.matched
    if isinstance(optimum, LinearSolution):
        linear = result_of(question, matching, optimum)
    again = is_small(question) and found.goal is None
    degenerate = isinstance(optimum, LinearSolution) and is_degenerate(matching, optimum)
    payments = payment_prices(question) if again and degenerate else None
    if payments is not None and payments.unique:
        degenerate, payments = False, None
    return Prices(
        implied=implied_curve(found.matched),
        bonds=bond_values(question, found.matched, planned.offered),
        limits=limit_steps(question, linear) if again else None,
        payments=payments,
        degenerate=degenerate,
    )


def _curve(
    question: MatchingQuestion, progress: Callable[[str, float], None] | None
) -> HorizonCurve:
    report = None if progress is None else (lambda share: progress("horizons", share))
    return horizon_curve(question, progress=report)


def _rivals(
    found: MatchAnswer, basis: Basis, wanted: Asked
) -> tuple[RivalComparison | None, ReportedRisk | None]:
    if not (wanted.rivals or is_small(found.question)):
        return None, None
    limits = [limit for limit in found.question.limits if not isinstance(limit, TurnoverLimit)]
    bought_anew = found.question.with_trading(None).with_limits(limits)
    question = RivalQuestion.of(bought_anew, basis.curve)
    if present_value(found.matched.matched, basis.curve) <= 0.0:
        return None, None
    matched = portfolio_of_result(found.matched)
    comparison = compare_with_rivals(question, matched=matched)
    return comparison, reported_status_risk(question, matched, basis)


def _buyout(
    planned: PlannedMatch, matched: MatchResult, basis: Basis, given: float | None
) -> BuyoutComparison | None:
    if given is None:
        return None
    payments = matched.matched
    price = (
        AnnuityPrice.loaded(payments, basis, load=given)
        if abs(given) < 1.0
        else AnnuityPrice.quoted(given)
    )
    assumed = planned.plan.assumed_return
    if assumed is None:
        where, what = "plan.toml: exhaustion.assumed_return", "is missing: a run-off earns it"
        raise bad_input(where=where, what=what, remedy="give it, or leave out --compare buyout")
    return compare_buyout(
        payments,
        annuity=price,
        match_cost=matched.cost,
        assumed_return=assumed,
        assets=planned.plan.market_value,
    )
