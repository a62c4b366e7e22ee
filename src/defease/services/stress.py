"""The task `stress`: both sides of the balance sheet revalued under every scenario."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defease.errors import Caution, bad_input
from defease.reports.builders.stress import stress_section
from defease.reports.document import Block, Paragraph, Section
from defease.services.answering import Page, answered
from defease.services.plans import Question, ask, bases, basis_named, cautions_of, market_value
from defease.services.reverse import Break, Floor, nearest_break, read_floor
from defease.services.sleeves import asset_rules, asset_sleeves
from defease.services.task import TaskResult
from defease.shocks import (
    BalanceSheet,
    StressResult,
    StressScenario,
    standard_scenarios,
    stress_balance_sheet,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from defease.inputs.schema.analysis import ScenarioSection

BASIS_POINT = 1e-4


@dataclass(frozen=True, eq=False)
class StressStudy:
    """The balance sheet before any shock, and every scenario's outcome."""

    sheet: BalanceSheet
    results: tuple[StressResult, ...]
    rules: tuple[tuple[str, str], ...]
    left_out: tuple[Caution, ...] = ()
    reverse: Break | None = None

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """Scenarios left out, what each result has to say, and a floor that nothing breaks."""
        of_results = [caution for result in self.results for caution in result.cautions]
        return (*self.left_out, *of_results, *(self.reverse.cautions if self.reverse else ()))

    @property
    def funded_ratio(self) -> float | None:
        """Before any shock; None without a liability to divide by."""
        liability = self.sheet.liability_value
        return self.sheet.asset_value / liability if liability > 0 else None


def stress(
    plan: str | Path,
    *,
    overrides: Iterable[str] = (),
    as_of: str | dt.date | None = None,
    reverse: str | None = None,
    along: str | None = None,
) -> TaskResult[StressStudy]:
    """Revalue a plan under its scenarios, or under the standard ones when it names none.

    `reverse` asks for the smallest shock that breaks a floor, such as "funded_ratio<0.8", `along`
    the direction "rates" (both ways), "equity" or the name of a scenario.
    """
    floor = _floor(reverse, along)
    question = ask("stress", plan, overrides=overrides, as_of=as_of)
    if floor is not None:
        settings = {**question.run.settings, "reverse": reverse, "along": floor.along}
        question = replace(question, run=replace(question.run, settings=settings))
    return answer_stress(question, floor=floor)


def _floor(reverse: str | None, along: str | None) -> Floor | None:
    if reverse is not None:
        return read_floor(reverse, along=along or "rates")
    if along is not None:
        remedy = 'add a floor, such as --reverse "funded_ratio<0.8"'
        raise bad_input(where="--along", what="needs a floor to break", remedy=remedy)
    return None


def answer_stress(question: Question, *, floor: Floor | None = None) -> TaskResult[StressStudy]:
    """The task `stress` for a plan already read."""
    study = compute_stress(question, floor=floor)
    warnings = cautions_of(question, *study.cautions)
    blocks: list[Block] = []
    if study.reverse is not None:
        blocks.append(
            Section("Reverse stress", [Paragraph(study.reverse.sentence(question.currency))])
        )
    blocks.append(stress_section(study.results, funded_ratio=study.funded_ratio, rules=study.rules))
    page = Page(
        title="Stress tests",
        subtitle=f"Full revaluation of both sides on {study.sheet.basis.name}",
        blocks=blocks,
    )
    return answered(
        question,
        page,
        task="stress",
        result=study,
        results=stress_results(study),
        warnings=warnings,
    )


def compute_stress(question: Question, *, floor: Floor | None = None) -> StressStudy:
    """The numbers of the task."""
    plan = question.plan
    scenarios, left_out = _computable(plan.settings.stress.scenario)
    lead, risk_free = bases(plan)[0], basis_named(plan, plan.risk_free_basis)
    market_value(plan)  # a plan that does not say its assets cannot be stressed
    sheet = BalanceSheet(
        liabilities=plan.cash_flows.net,
        basis=lead,
        assets=asset_sleeves(plan, risk_free.curve),
        asset_curve=risk_free.curve,
    )
    rules = (*asset_rules(plan), ("Liability", f"discounted on {lead.name}: {lead.rule}"))
    return StressStudy(
        sheet,
        stress_balance_sheet(sheet, scenarios),
        rules,
        left_out,
        reverse=None if floor is None else nearest_break(sheet, floor, scenarios),
    )


def _computable(
    given: Sequence[ScenarioSection],
) -> tuple[tuple[StressScenario, ...], tuple[Caution, ...]]:
    """The plan's scenarios without those that need a census, and a caution for each of these."""
    scenarios = tuple(_scenario(s) for s in given) if given else standard_scenarios()
    kept = tuple(s for s in scenarios if not s.needs_census)
    if not kept:
        return scenarios, ()  # nothing remains to be told: the core says why
    cautions = tuple(
        Caution(
            "longevity_left_out",
            f"{s.name}: left out; a longevity shock needs a census, since a vector of payments "
            "contains its death rates already",
        )
        for s in scenarios
        if s.needs_census
    )
    return kept, cautions


def _scenario(given: ScenarioSection) -> StressScenario:
    return StressScenario(
        name=given.name,
        rates=given.rates_bp * BASIS_POINT,
        steepening=given.steepening_bp * BASIS_POINT,
        spread=given.spread_bp * BASIS_POINT,
        equity=given.equity,
        real_estate=given.real_estate,
        inflation=given.inflation,
        longevity=given.longevity,
    )


def stress_results(study: StressStudy) -> dict[str, Any]:
    """The keys of the JSON interface."""
    return {
        "basis": study.sheet.basis.name,
        "assets": study.sheet.asset_value,
        "liabilities": study.sheet.liability_value,
        "funded_ratio": study.funded_ratio,
        "scenarios": [
            {
                "name": r.name,
                "assets": r.assets,
                "liabilities": r.liabilities,
                "surplus": r.surplus,
                "funded_ratio": r.funded_ratio,
                "change_assets": r.change_assets,
                "change_liabilities": r.change_liabilities,
                "change_surplus": r.change_surplus,
                "change_funded_ratio": r.change_funded_ratio,
                "duration_estimate": r.duration_estimate,
                "duration_estimate_assets": r.duration_estimate_assets,
            }
            for r in study.results
        ],
        "reverse": None if study.reverse is None else study.reverse.results(),
    }
