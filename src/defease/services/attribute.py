"""The task `attribute`: assets against the liability, in percent and in money, driver by driver."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defease.dates import to_date
from defease.errors import Caution, InputError, ModelError, bad_input
from defease.funding import CountedContributions
from defease.inputs.performance_files import PerformanceInputs, read_performance_inputs
from defease.inputs.plan_files import PLAN_FILE
from defease.liability_index import Amounts, LinkedReturn, linked_return
from defease.performance import (
    BalanceHistory,
    BootstrapPlan,
    Bridge,
    GrowthOfBothSides,
    MeasureStatus,
    PairedReturns,
    PerformanceReport,
    RequiredAlpha,
    RollingRow,
    ScoreLine,
    performance_report,
    required_alpha,
    rolling_measures,
    scoreboard,
)
from defease.reports.builders.attribution import (
    AttributionFacts,
    attribution_sections,
    attribution_tiles,
)
from defease.services.annual_classes import (
    AnnualClass,
    annual_classes,
    annual_pages,
    monthly_returns,
)
from defease.services.answering import Page, answered
from defease.services.attribution_bridge import bridge_of
from defease.services.attribution_data import (
    INDEX_NAME,
    Compared,
    GrowthPeriod,
    balances_of,
    compared_periods,
    contests,
    funded_part,
    growth_by_year,
    growth_of_window,
    window_of_years,
)
from defease.services.attribution_results import compared_results
from defease.services.index import IndexStudy, compute_index, linked_results
from defease.services.plans import (
    Question,
    annual_flows,
    ask,
    cautions_of,
    exhaustion_policy,
    with_inputs,
)
from defease.services.stand_in import StandInStudy, answer_stand_in, stand_in_of
from defease.services.task import TaskResult

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from defease.inputs.plan import Plan


@dataclass(frozen=True, eq=False, kw_only=True)
class AttributionStudy:
    """Everything the task found.

    Attributes
    ----------
    balances, growth, years, bridge
        In money; None or empty where the file of returns gives no market values.
    required
        The yearly alpha that closes today's deficit; None without a deficit or without money.
    annual
        Classes known by the year, against the same liability.
    """

    index: IndexStudy
    given: PerformanceInputs
    compared: Compared
    balances: BalanceHistory | None
    report: PerformanceReport
    growth: GrowthOfBothSides | None
    years: tuple[GrowthPeriod, ...]
    bridge: Bridge | None
    scores: tuple[ScoreLine, ...]
    rolling: tuple[RollingRow, ...]
    rolling_periods: int
    required: RequiredAlpha | None
    annual: tuple[AnnualClass, ...]
    cautions: tuple[Caution, ...]

    @property
    def liability(self) -> LinkedReturn | None:
        """What the liability returned over the compared periods, line by line."""
        total = self.index.index.total
        return linked_return(total, self.compared.opens[0], self.compared.closes[-1])

    @property
    def end(self) -> dt.date:
        """The end of the last period compared."""
        return to_date(self.index.index.dates[self.compared.closes[-1]])


def attribute(
    plan: str | Path, *, overrides: Iterable[str] = (), as_of: str | dt.date | None = None
) -> TaskResult[AttributionStudy] | TaskResult[StandInStudy]:
    """Liability alpha, the 8 + 4 + 2 measures, the scoreboard and the bridge of a plan.

    With [performance.liability] a zero of fixed duration stands in for the plan's payments.
    """
    question = ask("attribute", plan, overrides=overrides, as_of=as_of)
    asked = stand_in_of(question.plan)
    return answer_attribute(question) if asked is None else answer_stand_in(question, asked)


def answer_attribute(question: Question) -> TaskResult[AttributionStudy]:
    """The task `attribute` for a plan already read."""
    study = compute_attribute(question)
    asked = with_inputs(question, study.index.inputs.inputs, study.given.inputs)
    warnings = cautions_of(asked, *study.cautions)
    facts = attribution_facts(study)
    page = Page(
        title="Performance against the liability",
        subtitle=f"Liability alpha, measures and bridge, {study.compared.assets.window}",
        blocks=[
            attribution_tiles(facts),
            *attribution_sections(facts, asked.currency),
            *annual_pages(study.annual),
        ],
        as_of=study.end,
    )
    return answered(
        asked,
        page,
        task="attribute",
        result=study,
        results=attribute_results(study),
        warnings=warnings,
    )


def compute_attribute(question: Question, *, index: IndexStudy | None = None) -> AttributionStudy:
    """The numbers of the task; an index already computed is used as it is."""
    plan = question.plan
    _refuse_stand_in(plan)
    given = read_performance_inputs(plan)
    study = compute_index(question) if index is None else index
    made = study.index
    compared = compared_periods(given.returns.assets, made)
    balances = balances_of(compared, made, given)
    plan_of_draws = BootstrapPlan(seed=given.seed)
    report = performance_report(
        given.returns.assets, compared.liabilities, balances=balances, bootstrap=plan_of_draws
    )
    part = partial(funded_part, compared=compared, index=made, funds=given.funds)
    contest = contests(
        compared, given.returns.others, part, weights=plan.allocation, balances=balances
    )
    bridge = (
        None
        if balances is None
        else bridge_of(compared, made, given, balances=balances, weights=plan.allocation)
    )
    annual, lacking = annual_classes(given.annual, monthly_returns(made, INDEX_NAME))
    required, why = _required(question, study, compared, balances)
    periods = window_of_years(compared)
    pair = PairedReturns(compared.assets, compared.liabilities)
    return AttributionStudy(
        index=study,
        given=given,
        compared=compared,
        balances=balances,
        report=report,
        growth=None if balances is None else growth_of_window(compared, balances),
        years=() if balances is None else growth_by_year(compared, balances),
        bridge=bridge,
        scores=scoreboard(contest.contenders, contest.benchmarks),
        rolling=rolling_measures(pair, periods=periods) if periods else (),
        rolling_periods=periods,
        required=required,
        annual=annual,
        cautions=(
            *study.cautions,
            *given.returns.cautions,
            *given.cautions,
            *lacking,
            *contest.cautions,
            *_cautions(report, balances),
            *why,
        ),
    )


def _refuse_stand_in(plan: Plan) -> None:
    if stand_in_of(plan) is not None:
        raise bad_input(
            where=f"{PLAN_FILE}: performance.liability",
            what="a liability of one duration has no bridge and no payments to compare",
            remedy="ask `defease attribute`, or leave the key out",
        )


def _required(
    question: Question, study: IndexStudy, compared: Compared, balances: BalanceHistory | None
) -> tuple[RequiredAlpha | None, tuple[Caution, ...]]:
    """The alpha that closes the deficit within the liability's duration, from the plan's date."""
    plan, risk = question.plan, study.statistics[0].risk
    end = to_date(study.index.dates[compared.closes[-1]])
    if balances is None or balances.assets[-1] >= balances.liabilities[-1]:
        return None, ()
    if end != plan.valuation_date or risk.modified_duration is None or risk.annual_yield is None:
        message = (
            f"the alpha that would close the deficit is asked of the plan's own date, "
            f"{plan.valuation_date}; the comparison ends on {end}"
        )
        return None, (Caution("no_required_alpha", message),)
    policy = exhaustion_policy(plan)
    if study.inputs.amounts is Amounts.GROSS:
        policy = replace(policy, contributions=CountedContributions.NONE)
    try:
        found = required_alpha(
            annual_flows(plan),
            assets=float(balances.assets[-1]),
            liabilities=float(balances.liabilities[-1]),
            liability_yield=risk.annual_yield,
            years=risk.modified_duration,
            policy=policy,
        )
    except (InputError, ModelError) as error:
        return None, (Caution("no_required_alpha", f"required alpha: {error.problems[0]}"),)
    return found, found.cautions


def _cautions(report: PerformanceReport, balances: BalanceHistory | None) -> list[Caution]:
    found = list(report.cautions)
    if balances is None:
        message = (
            "the returns carry no market values (a column flow beside assets): surplus, funded "
            "ratio, alpha in money and the bridge have no figures"
        )
        found.append(Caution("no_money", message))
    reasons: dict[str, list[str]] = {}
    for name, measure in report.measures.items():
        for key, one in ((name, measure), *((f"{name}.{k}", m) for k, m in measure.parts)):
            if one.status is MeasureStatus.NOT_MEANINGFUL:
                reasons.setdefault(one.reason, []).append(key)
    found += [
        Caution("not_meaningful", f"{', '.join(names)}: {reason}")
        for reason, names in reasons.items()
    ]
    short = [m for m in report.measures.values() if m.status is MeasureStatus.SHORT_HISTORY]
    if short:
        found.append(Caution("short_history", f"measures rest on {short[0].reason}"))
    return found


def attribution_facts(study: AttributionStudy) -> AttributionFacts:
    """What the pages of the result show."""
    return AttributionFacts(
        assets=study.compared.assets,
        liabilities=study.compared.liabilities,
        balances=study.balances,
        report=study.report,
        growth=study.growth,
        years=tuple((period.name, period.growth) for period in study.years),
        bridge=study.bridge,
        scores=study.scores,
        rolling=study.rolling,
        rolling_periods=study.rolling_periods,
        required=study.required,
        liability=study.liability,
        start=to_date(study.index.index.dates[study.compared.opens[0]]),
        end=study.end,
        basis=study.index.inputs.basis,
    )


def attribute_results(study: AttributionStudy) -> dict[str, Any]:
    """The keys of the JSON interface."""
    return {
        "start": to_date(study.index.index.dates[study.compared.opens[0]]),
        "end": study.end,
        "basis": study.index.inputs.basis,
        **compared_results(study),
        "liability_return": linked_results(study.liability),
        "bridge": _bridge(study.bridge),
        "bridge_ends": _ends(study.bridge),
        "required_alpha": _needed(study.required),
    }


def _bridge(found: Bridge | None) -> list[dict[str, Any]]:
    if found is None:
        return []
    return [
        {
            "driver": step.driver,
            "asset_change": step.asset_change,
            "liability_change": step.liability_change,
            "ratio_effect": step.ratio_effect,
            "surplus_effect": step.surplus_effect,
        }
        for step in found.steps
    ]


def _ends(found: Bridge | None) -> dict[str, Any] | None:
    if found is None:
        return None
    names = "opening_assets opening_liabilities closing_assets closing_liabilities ratio_change"
    return {name: getattr(found, name) for name in f"{names} surplus_change".split()}


def _needed(found: RequiredAlpha | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "alpha": found.alpha,
        "required_return": found.required.rate,
        "status": found.required.status.value,
        "liability_yield": found.liability_yield,
        "years": found.years,
    }
