"""The task `attribute` against a liability of one duration, for managers without a plan's payments.

The liability is a zero of that many years on the curves of [index], bought anew every month.  It
has no payments, so that both sides are without flows: figures in money are per 100 of liability at
the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from defease.dates import to_date
from defease.errors import Caution, bad_input
from defease.inputs.index_files import IndexCurves, read_index_curves
from defease.inputs.performance_files import PerformanceInputs, read_performance_inputs
from defease.inputs.plan_files import PLAN_FILE
from defease.performance import (
    BalanceHistory,
    BootstrapPlan,
    PairedReturns,
    PerformanceReport,
    ReturnSeries,
    RollingRow,
    ScoreLine,
    balances_from_returns,
    link_returns,
    performance_report,
    return_series,
    rolling_measures,
    scoreboard,
)
from defease.performance.rivals import IndexHistory, ZeroIndex, index_history
from defease.performance.series import month_numbers
from defease.reports.builders.attribution import (
    AttributionFacts,
    attribution_sections,
    attribution_tiles,
)
from defease.reports.document import Callout
from defease.services.annual_classes import AnnualClass, annual_classes, annual_pages
from defease.services.answering import Page, answered
from defease.services.attribution_data import (
    Benchmark,
    Compared,
    GrowthPeriod,
    contests,
    growth_by_year,
    growth_of_window,
    window_of_years,
)
from defease.services.attribution_results import compared_results
from defease.services.plans import Question, cautions_of, with_inputs
from defease.services.task import TaskResult

if TYPE_CHECKING:
    import datetime as dt

    from defease.inputs.plan import Plan
    from defease.inputs.schema.analysis import LiabilityStandIn
    from defease.performance import GrowthOfBothSides

OPENING_LIABILITY = 100.0


@dataclass(frozen=True, eq=False, kw_only=True)
class StandInStudy:
    """Assets against a liability of one duration.

    Attributes
    ----------
    duration
        Years, of the zero that stands in for the liability.
    monthly
        Its returns over all months of the curves.
    compared
        The periods that assets and curves share.
    balances
        Both sides without flows, from 100 of liability.
    annual
        Classes known by the year, against the same liability.
    """

    basis: str
    duration: float
    monthly: ReturnSeries
    given: PerformanceInputs
    curves: IndexCurves
    compared: Compared
    balances: BalanceHistory
    report: PerformanceReport
    growth: GrowthOfBothSides | None
    years: tuple[GrowthPeriod, ...]
    scores: tuple[ScoreLine, ...]
    rolling: tuple[RollingRow, ...]
    rolling_periods: int
    annual: tuple[AnnualClass, ...]
    cautions: tuple[Caution, ...]

    @property
    def start(self) -> dt.date:
        """The first date compared."""
        return to_date(self.balances.dates[0])

    @property
    def end(self) -> dt.date:
        """The last date compared."""
        return to_date(self.balances.dates[-1])


def stand_in_of(plan: Plan) -> LiabilityStandIn | None:
    """[performance.liability], where the plan has it."""
    section = plan.settings.performance
    return None if section is None else section.liability


def answer_stand_in(question: Question, asked: LiabilityStandIn) -> TaskResult[StandInStudy]:
    """The task `attribute` against a liability of one duration."""
    study = compute_stand_in(question.plan, asked)
    told = with_inputs(question, study.curves.inputs, study.given.inputs)
    warnings = cautions_of(told, *study.cautions)
    facts = stand_in_facts(study)
    page = Page(
        title="Performance against a liability of one duration",
        subtitle=f"Liability alpha and measures, {study.compared.assets.window}",
        blocks=[
            attribution_tiles(facts),
            Callout(_sentence(study.cautions[0].message)),
            *attribution_sections(facts, told.currency),
            *annual_pages(study.annual),
        ],
        as_of=study.end,
    )
    return answered(
        told,
        page,
        task="attribute",
        result=study,
        results=stand_in_results(study),
        warnings=warnings,
    )


def _sentence(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}."


def stand_in_facts(study: StandInStudy) -> AttributionFacts:
    """What the pages of the result show."""
    return AttributionFacts(
        assets=study.compared.assets,
        liabilities=study.compared.liabilities,
        balances=study.balances,
        report=study.report,
        growth=study.growth,
        years=tuple((period.name, period.growth) for period in study.years),
        bridge=None,
        scores=study.scores,
        rolling=study.rolling,
        rolling_periods=study.rolling_periods,
        required=None,
        liability=None,
        start=study.start,
        end=study.end,
        basis=f"{study.basis} ({study.monthly.name})",
    )


def stand_in_results(study: StandInStudy) -> dict[str, Any]:
    """The keys of the JSON interface; what needs payments is empty."""
    return {
        "start": study.start,
        "end": study.end,
        "basis": study.basis,
        "liability_duration": study.duration,
        **compared_results(study),
        "liability_return": None,
        "bridge": [],
        "bridge_ends": None,
        "required_alpha": None,
    }


def compute_stand_in(plan: Plan, asked: LiabilityStandIn) -> StandInStudy:
    """The numbers of the task."""
    given = read_performance_inputs(plan)
    _refuse_funds(given)
    curves = read_index_curves(plan)
    monthly, made = _liability(curves, asked.duration)
    compared = _compared(given.returns.assets, monthly, made)
    pair = PairedReturns(compared.assets, compared.liabilities)
    balances = balances_from_returns(
        pair,
        start=to_date(made.dates[compared.opens[0]]),
        funded_ratio=asked.funded_ratio,
        liabilities=OPENING_LIABILITY,
    )
    benchmark = partial(_benchmark, compared=compared)
    contest = contests(
        compared, given.returns.others, benchmark, weights=plan.allocation, balances=balances
    )
    annual, lacking = annual_classes(given.annual, monthly)
    draws = BootstrapPlan(seed=given.seed)
    report = performance_report(
        given.returns.assets, compared.liabilities, balances=balances, bootstrap=draws
    )
    periods = window_of_years(compared)
    return StandInStudy(
        basis=curves.basis,
        duration=asked.duration,
        monthly=monthly,
        given=given,
        curves=curves,
        compared=compared,
        balances=balances,
        report=report,
        growth=growth_of_window(compared, balances),
        years=growth_by_year(compared, balances),
        scores=scoreboard(contest.contenders, contest.benchmarks),
        rolling=rolling_measures(pair, periods=periods) if periods else (),
        rolling_periods=periods,
        annual=annual,
        cautions=(
            _said(asked, given, to_date(balances.dates[0])),
            *curves.cautions,
            *given.returns.cautions,
            *given.cautions,
            *contest.cautions,
            *lacking,
        ),
    )


def _refuse_funds(given: PerformanceInputs) -> None:
    if given.funds:
        raise bad_input(
            where=f"{PLAN_FILE}: performance.funds",
            what="a liability of one duration has no buckets or groups",
            remedy="leave out [performance.funds], or [performance.liability]",
        )


def _liability(curves: IndexCurves, duration: float) -> tuple[ReturnSeries, IndexHistory]:
    name = f"zero of {duration:g} years"
    made = index_history(ZeroIndex(name, (duration,), (1.0,)), curves.history)
    return return_series(name, made.dates[1:], made.returns), made


def _compared(assets: ReturnSeries, monthly: ReturnSeries, made: IndexHistory) -> Compared:
    """The stretch both sides cover; the liability's months are linked to the assets' periods."""
    place = {int(month): k for k, month in enumerate(month_numbers(made.dates))}
    step = assets.frequency.months
    ends = month_numbers(assets.dates).tolist()
    kept = [k for k, end in enumerate(ends) if end in place and end - step in place]
    if not kept:
        what = f"no period of the returns ({assets.window}) lies within the curves"
        remedy = f"the curves cover {monthly.window}: give returns or curves of the same"
        raise bad_input(where=f"{PLAN_FILE}: performance.returns", what=what, remedy=remedy)
    opens = tuple(place[ends[k] - step] for k in kept)
    closes = tuple(place[ends[k]] for k in kept)
    own = assets.take(slice(kept[0], kept[-1] + 1))
    linked = [link_returns(made.returns[a:b]) for a, b in zip(opens, closes, strict=True)]
    owed = return_series(monthly.name, own.dates, linked, frequency=own.frequency)
    return Compared(own, owed, kept[0], opens, closes)


def _benchmark(column: str, *, compared: Compared) -> Benchmark:
    del column  # every column is measured against the whole
    return compared.liabilities.name, compared.liabilities


def _said(asked: LiabilityStandIn, given: PerformanceInputs, start: dt.date) -> Caution:
    message = (
        f"the liability is a stand-in, a zero of {asked.duration:g} years bought anew every month, "
        f"not the plan's payments; both sides are without flows, from a funded ratio of "
        f"{asked.funded_ratio:.0%}, and amounts are per {OPENING_LIABILITY:g} of liability on "
        f"{start}"
    )
    if given.returns.money is not None:
        message += f"; the market values of {given.source} give the returns only"
    return Caution("liability_stand_in", message)
