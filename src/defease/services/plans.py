"""From a plan as read to the values that the tasks compute with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import read_only
from defease.cashflows import CashFlows, Timing, YearTable
from defease.curves import flat_curve
from defease.dates import parse_iso_date
from defease.errors import Caution, bad_input
from defease.funding import (
    AfterShortfall,
    AnnualFlows,
    CountedContributions,
    ExhaustedAssets,
    ExhaustionPolicy,
    OutflowTested,
    ShortfallYear,
    SingleDiscountRate,
    Sufficiency,
    single_discount_rate,
)
from defease.inputs.bases import GasbBasis
from defease.inputs.plan import Plan, read_plan
from defease.services.task import Run
from defease.valuation import Basis
from defease.valuation.legal import NamedBasis

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping


GASB_OPEN = "GASB 67, paragraphs on the discount rate"
"""Of the blended rate: sufficiency by period, whole years, which contributions count."""


@dataclass(frozen=True, eq=False)
class Question:
    """A task asked of a plan: the plan as read, and the record of the run."""

    plan: Plan
    run: Run

    @property
    def currency(self) -> str:
        """The plan's currency."""
        return self.plan.settings.plan.currency


def ask(
    task: str,
    plan: str | Path,
    *,
    overrides: Iterable[str] = (),
    as_of: str | dt.date | None = None,
) -> Question:
    """Read a plan for a task; all problems of all its files come in one `InputError`."""
    given = tuple(overrides)
    day = parse_iso_date(as_of, where="--as-of") if isinstance(as_of, str) else as_of
    read = read_plan(plan, overrides=given, as_of=day)
    settings = {"task": task, "overrides": list(given), "as_of": read.valuation_date}
    return Question(read, Run(read.inputs, settings))


def with_inputs(question: Question, *more: Mapping[str, str], **asked: object) -> Question:
    """The question with files that only its task reads, and with what else was asked."""
    inputs = dict(question.run.inputs)
    for files in more:
        inputs.update(files)
    settings = {**question.run.settings, **{k: v for k, v in asked.items() if v is not None}}
    run = replace(question.run, inputs=dict(sorted(inputs.items())), settings=settings)
    return replace(question, run=run)


def market_value(plan: Plan) -> float:
    """The assets at market value; a plan must say them before anything is compared with them."""
    if plan.market_value is None:
        raise bad_input(
            where="plan.toml: assets.market_value",
            what="is missing, and no holdings are given",
            remedy="give the market value of the assets, or holdings = FILE",
        )
    return plan.market_value


def annual_flows(plan: Plan) -> AnnualFlows:
    """The cash flows year by year, as an exhaustion projection needs them."""
    flows = AnnualFlows.from_year_table(year_table(plan), first_label=plan.first_year)
    if plan.current_contributions is None:
        return flows
    theirs = _by_year(plan, plan.current_contributions)
    column = np.zeros(len(flows))
    column[theirs.labels - flows.labels[0]] = theirs.contributions
    return replace(flows, contributions_current_members=read_only(column))


def year_table(plan: Plan) -> YearTable:
    """Amounts by the file's year labels; dated ones by twelve months from the valuation date."""
    return _by_year(plan, plan.cash_flows)


def _by_year(plan: Plan, flows: CashFlows) -> YearTable:
    dated = plan.timing is Timing.DATED
    return flows.by_projection_year() if dated else flows.by_year()


def exhaustion_policy(plan: Plan) -> ExhaustionPolicy:
    """The policy of [exhaustion]; dated amounts are projected as twelve monthly parts."""
    given = plan.settings.exhaustion
    return ExhaustionPolicy(
        timing=Timing.MONTHLY if plan.timing is Timing.DATED else plan.timing,
        shortfall_year=ShortfallYear(given.shortfall_year),
        after_shortfall=AfterShortfall(given.after_shortfall),
        exhausted_assets=ExhaustedAssets(given.exhausted_assets),
        sufficiency=Sufficiency(given.sufficiency),
        tested_outflow=OutflowTested(given.tested_outflow),
        contributions=CountedContributions(given.contributions),
        horizon=None if given.horizon == "last_payment" else int(given.horizon),
    )


def assumed_return(plan: Plan) -> float:
    """The return that an exhaustion projection assumes."""
    if plan.assumed_return is None:
        raise bad_input(
            where="plan.toml: exhaustion.assumed_return",
            what="is missing",
            remedy="give the annual return the plan assumes, such as assumed_return = 0.07",
        )
    return plan.assumed_return


def municipal_rate(plan: Plan) -> float | None:
    """The municipal bond rate of the plan's GASB basis; None when it has none."""
    rates = [basis.municipal_rate for basis in plan.bases if isinstance(basis, GasbBasis)]
    return rates[0] if rates else None


def single_rate(plan: Plan, basis: GasbBasis) -> SingleDiscountRate:
    """The blended rate of a GASB basis, from the plan's own projection."""
    return single_discount_rate(
        annual_flows(plan),
        opening_assets=market_value(plan),
        assumed_return=basis.assumed_return,
        municipal_rate=basis.municipal_rate,
        policy=exhaustion_policy(plan),
    )


def bases(plan: Plan) -> tuple[Basis, ...]:
    """Every basis of the plan with its curve, the headline first."""
    if not plan.bases:
        raise bad_input(
            where="plan.toml: discounting",
            what="no discount basis is given",
            remedy='add a [[discounting]] section, such as name = "flat", method = "flat", '
            "rate = 0.04",
        )
    resolved = [_with_curve(plan, basis) for basis in plan.bases]
    return tuple(sorted(resolved, key=lambda basis: basis.name != plan.headline_basis))


def basis_named(plan: Plan, name: str) -> Basis:
    """One basis by its name."""
    return next(basis for basis in bases(plan) if basis.name == name)


def _with_curve(plan: Plan, basis: Basis | GasbBasis) -> Basis:
    if isinstance(basis, Basis):
        return basis
    found = single_rate(plan, basis)
    short = found.projection.first_insufficient_year
    reason = "assets never fall short" if short is None else f"assets first fall short in {short}"
    rule = (
        f"GASB single discount rate {found.rate:.4%}: {basis.assumed_return:.2%} while assets "
        f"last, {basis.municipal_rate:.2%} after; {reason}"
    )
    return NamedBasis(
        name=basis.name,
        curve=flat_curve(found.rate),
        rule=rule,
        regime=basis.regime,
        to_confirm=(GASB_OPEN,),
    )


def cautions_of(question: Question, *more: Caution) -> tuple[Caution, ...]:
    """The cautions of the reading, of payments that illustrate, of a date moved, of the result."""
    plan = question.plan
    said = (*plan.cautions, *_illustrated(plan), *_date_moved(plan), *more)
    return tuple(dict.fromkeys(said))


def illustration(plan: Plan) -> str:
    """What makes the payments an illustration, as a page's heading says it; empty where nothing."""
    words = plan.settings.liabilities.illustration
    return f"Illustration: {words}" if words else ""


def _illustrated(plan: Plan) -> tuple[Caution, ...]:
    words = plan.settings.liabilities.illustration
    if not words:
        return ()
    message = f"the payments are an illustration, not a plan's own: {words}"
    return (Caution("illustration", message),)


def _date_moved(plan: Plan) -> tuple[Caution, ...]:
    """Payments follow `--as-of`; assets and curves stay those of the plan's own date."""
    stated = plan.settings.plan.valuation_date
    if plan.valuation_date == stated:
        return ()
    message = (
        f"valued on {plan.valuation_date} with the assets, prices and curves that the plan gives "
        f"for {stated}; payments in between are left out and have not left the assets"
    )
    return (Caution("as_of_moved", message),)
