"""The task `attribute`: assets against the liability, in percent and in money, driver by driver."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defease.dates import to_date
from defease.errors import Caution, InputError, ModelError
from defease.funding import CountedContributions
from defease.inputs.performance_files import PerformanceInputs, read_performance_inputs
from defease.liability_index import Amounts, LinkedReturn, linked_return
from defease.performance import (
    BalanceHistory,
    BootstrapPlan,
    Bridge,
    GrowthOfBothSides,
    Interval,
    Measure,
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
from defease.reports.document import Document
from defease.services.attribution_bridge import bridge_of
from defease.services.attribution_data import (
    Compared,
    GrowthPeriod,
    balances_of,
    compared_periods,
    contests,
    growth_by_year,
    growth_of_window,
)
from defease.services.index import IndexStudy, compute_index, linked_results
from defease.services.plans import (
    Question,
    annual_flows,
    ask,
    cautions_of,
    exhaustion_policy,
    with_inputs,
)
from defease.services.task import TaskResult

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

LONG_WINDOWS, SHORT_WINDOWS = 3, 1
"""Years of a rolling window: three where the history holds two of them, else one."""


@dataclass(frozen=True, eq=False, kw_only=True)
class AttributionStudy:
    """Everything the task found.

    Attributes
    ----------
    balances, growth, years, bridge
        In money; None or empty where the file of returns gives no market values.
    required
        The yearly alpha that closes today's deficit; None without a deficit or without money.
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
) -> TaskResult[AttributionStudy]:
    """Liability alpha, the 8 + 4 + 2 measures, the scoreboard and the bridge of a plan."""
    return answer_attribute(ask("attribute", plan, overrides=overrides, as_of=as_of))


def answer_attribute(question: Question) -> TaskResult[AttributionStudy]:
    """The task `attribute` for a plan already read."""
    study = compute_attribute(question)
    asked = with_inputs(question, study.index.inputs.inputs, study.given.inputs)
    warnings = cautions_of(asked, *study.cautions)
    facts = attribution_facts(study)
    document = Document(
        title="Performance against the liability",
        subtitle=f"Liability alpha, measures and bridge, {study.compared.assets.window}",
        plan=asked.plan.name,
        as_of=study.end,
        currency=asked.currency,
        blocks=[attribution_tiles(facts), *attribution_sections(facts, asked.currency)],
        cautions=warnings,
        footer=asked.run.footer(study.end),
    )
    return TaskResult(
        task="attribute",
        result=study,
        results=attribute_results(study),
        document=document,
        plan=asked.plan.name,
        as_of=study.end,
        run=asked.run,
        warnings=warnings,
    )


def compute_attribute(question: Question, *, index: IndexStudy | None = None) -> AttributionStudy:
    """The numbers of the task; an index already computed is used as it is."""
    plan = question.plan
    given = read_performance_inputs(plan)
    study = compute_index(question) if index is None else index
    made = study.index
    compared = compared_periods(given.returns.assets, made)
    balances = balances_of(compared, made, given)
    plan_of_draws = BootstrapPlan(seed=given.seed)
    report = performance_report(
        given.returns.assets, compared.liabilities, balances=balances, bootstrap=plan_of_draws
    )
    contest = contests(compared, made, given, weights=plan.allocation, balances=balances)
    bridge = (
        None
        if balances is None
        else bridge_of(compared, made, given, balances=balances, weights=plan.allocation)
    )
    required, why = _required(question, study, compared, balances)
    periods = _window(compared)
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
        cautions=(
            *study.cautions,
            *given.returns.cautions,
            *contest.cautions,
            *_cautions(report, balances),
            *why,
        ),
    )


def _window(compared: Compared) -> int:
    """Periods of a rolling window; 0 when the history is shorter than a year."""
    per_year, periods = int(compared.assets.frequency), len(compared.closes)
    if periods < max(2, per_year):
        return 0
    years = LONG_WINDOWS if periods >= 2 * LONG_WINDOWS * per_year else SHORT_WINDOWS
    return max(2, years * per_year)


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
    report, intervals = study.report, study.report.intervals
    return {
        "start": to_date(study.index.index.dates[study.compared.opens[0]]),
        "end": study.end,
        "basis": study.index.inputs.basis,
        "risk": {name: _measure(m) for name, m in report.risk.items()},
        "reward": {name: _measure(m) for name, m in report.reward.items()},
        "risk_adjusted": {name: _measure(m) for name, m in report.risk_adjusted.items()},
        "intervals": None
        if intervals is None
        else {
            "liability_alpha": _interval(intervals.liability_alpha),
            "information_ratio": _interval(intervals.information_ratio),
        },
        "liability_return": linked_results(study.liability),
        "bridge": _bridge(study.bridge),
        "bridge_ends": _ends(study.bridge),
        "years": [_year(period) for period in study.years],
        "scoreboard": [_score(line) for line in study.scores],
        "rolling": [
            {"date": row.date, **{name: m.value for name, m in row.measures.items()}}
            for row in study.rolling
        ],
        "rolling_periods": study.rolling_periods or None,
        "required_alpha": _needed(study.required),
    }


def _measure(found: Measure) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "value": found.value,
        "unit": found.unit.value,
        "window": found.window,
        "n": found.n,
        "status": found.status.value,
    }
    if found.parts:
        plain["parts"] = {name: _measure(part) for name, part in found.parts}
    return plain


def _interval(found: Interval) -> dict[str, Any]:
    names = "estimate low high standard_error level block_length resamples seed used"  # as drawn
    return {name: getattr(found, name) for name in names.split()}


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


def _year(period: GrowthPeriod) -> dict[str, Any]:
    growth = period.growth
    names = """assets liabilities asset_growth liability_growth asset_return liability_return
        geometric_alpha arithmetic_alpha money_alpha return_to_keep_surplus return_to_keep_ratio
        sentence"""
    figures = {name: getattr(growth, name) for name in names.split()}
    return {"start": period.start, "end": period.end, **figures}


def _score(line: ScoreLine) -> dict[str, Any]:
    rates = "asset_return liability_return geometric_alpha arithmetic_alpha"
    money = "asset_growth liability_growth money_alpha"
    return {
        "name": line.name,
        "contest": line.contest.value,
        "benchmark": line.benchmark,
        **{name: getattr(line, name).value for name in f"{rates} {money}".split()},
        **{f"{name}_annual": getattr(line, name).part("annual").value for name in rates.split()},
        "periods_ahead": line.periods_ahead,
        "n": line.asset_return.n,
        "sentence": line.sentence,
    }


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
