"""The task `rivals`: the plan's payments against what people hold instead of matching them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defease.dates import to_date
from defease.errors import Caution
from defease.performance.rivals import (
    BenchmarkMismatch,
    GrowthMismatch,
    RivalComparison,
    RivalResult,
    RivalStudy,
    study_rivals,
    years_of_expenses,
)
from defease.reports.builders.cash_sweep import SweepFacts
from defease.reports.builders.rivals import RivalFacts, rival_sections, rival_tiles, rows_shown
from defease.services.answering import Page, answered
from defease.services.owed_history import OwedHistory, owed_history
from defease.services.plans import Question, ask, cautions_of, with_inputs
from defease.services.rival_choices import choices_of
from defease.services.rival_sweep import SweepStudy, sweep_of, sweep_results
from defease.services.task import TaskResult

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

FULLY_FUNDED = 1.0


@dataclass(frozen=True, eq=False, kw_only=True)
class RivalsAnswer:
    """The runs, the mismatches, and the history they rest on.

    Attributes
    ----------
    opening_ratio
        Assets over liability at the start, the same for every way of holding them.
    sweep
        Benefits swept from all classes against a matched sleeve; None without returns by class.
    """

    owed: OwedHistory
    study: RivalStudy
    sweep: SweepStudy | None
    opening_ratio: float
    cautions: tuple[Caution, ...]

    @property
    def comparison(self) -> RivalComparison:
        """Matched payments first, then the rivals."""
        return self.study.comparison


def rivals(
    plan: str | Path,
    *,
    overrides: Iterable[str] = (),
    as_of: str | dt.date | None = None,
    curves: str | Path | None = None,
    opening_ratio: float = FULLY_FUNDED,
) -> TaskResult[RivalsAnswer]:
    """The plan's payments against indexes, duration matching, leverage and a swaps overlay.

    `curves` names a curve history in place of `index.curves`; `opening_ratio` is the funded ratio
    with which everybody starts (decimal); `as_of` ends the history.
    """
    question = ask("rivals", plan, overrides=overrides, as_of=as_of)
    return answer_rivals(question, curves=curves, opening_ratio=opening_ratio)


def answer_rivals(
    question: Question,
    *,
    curves: str | Path | None = None,
    opening_ratio: float = FULLY_FUNDED,
) -> TaskResult[RivalsAnswer]:
    """The task `rivals` for a plan already read."""
    found = compute_rivals(question, curves=curves, opening_ratio=opening_ratio)
    owed = found.owed
    name = None if curves is None else Path(curves).name
    files = [owed.inputs.inputs, *([] if found.sweep is None else [found.sweep.inputs])]
    asked = with_inputs(question, *files, curves=name, opening_ratio=opening_ratio)
    warnings = cautions_of(asked, *found.cautions)
    facts = rival_facts(found)
    page = Page(
        title="Matching and its rivals",
        subtitle=f"The same payments on the same curves, {owed.start} to {owed.end}",
        blocks=[rival_tiles(facts), *rival_sections(facts, asked.currency)],
        as_of=owed.end,
    )
    return answered(
        asked,
        page,
        task="rivals",
        result=found,
        results=rival_results(found),
        warnings=warnings,
    )


def compute_rivals(
    question: Question,
    *,
    curves: str | Path | None = None,
    opening_ratio: float = FULLY_FUNDED,
) -> RivalsAnswer:
    """The numbers of the task."""
    owed = owed_history(question, curves=curves)
    study = study_rivals(
        owed.payments,
        owed.curves,
        opening_ratio=opening_ratio,
        choices=choices_of(question.plan),
        later=owed.later,
    )
    sweep, lacking = sweep_of(question.plan, owed, opening_ratio=opening_ratio)
    cautions = [*owed.cautions, *lacking]
    cautions += [
        Caution(
            "new_projection",
            f"from {day} on the payments are those of a later projection; the jump in what is owed "
            "moves every funded ratio and is in no surplus change",
        )
        for day, _ in owed.later
    ]
    for result in study.comparison.results:
        cautions += [_named(caution, result.name) for caution in result.cautions]
    if owed.annual_expenses is None:
        message = (
            f"the cash flows show no expenses in the year after {owed.end}: the cost of a mismatch "
            "is given in money only"
        )
        cautions.append(Caution("no_expenses", message))
    return RivalsAnswer(
        owed=owed,
        study=study,
        sweep=sweep,
        opening_ratio=opening_ratio,
        cautions=tuple(dict.fromkeys(cautions)),
    )


def _named(caution: Caution, name: str) -> Caution:
    """What concerns one rival says which; what concerns the history is said once."""
    if caution.code != "exhausted":
        return caution
    return Caution(caution.code, f"{name}: {caution.message}")


def rival_facts(found: RivalsAnswer) -> RivalFacts:
    """What the pages of the result show."""
    return RivalFacts(
        comparison=found.comparison,
        mismatches=found.study.mismatches,
        sweep=None if found.sweep is None else _sweep_facts(found.sweep),
        opening_ratio=found.opening_ratio,
        annual_expenses=found.owed.annual_expenses,
        basis=found.owed.inputs.basis,
        amounts=found.owed.inputs.amounts.value,
        start=found.owed.start,
        end=found.owed.end,
    )


def _sweep_facts(found: SweepStudy) -> SweepFacts:
    return SweepFacts(
        comparison=found.comparison,
        funding_class=found.funding_class,
        share=found.share,
        chosen=found.chosen,
        projections=found.projections,
        rows=rows_shown([to_date(day) for day in found.comparison.sweep.dates]),
    )


def rival_results(found: RivalsAnswer) -> dict[str, Any]:
    """The keys of the JSON interface."""
    results, owed = found.comparison.results, found.owed
    return {
        "basis": owed.inputs.basis,
        "amounts": owed.inputs.amounts.value,
        "start": owed.start,
        "end": owed.end,
        "opening_ratio": found.opening_ratio,
        "opening_liability": float(results[0].liabilities[0]),
        "annual_expenses": owed.annual_expenses,
        "rivals": [_rival(result, owed.annual_expenses) for result in results],
        "mismatches": [_mismatch(each, owed.annual_expenses) for each in found.study.mismatches],
        "cash_sweep": sweep_results(found.sweep),
        "path": [
            {
                "date": to_date(day),
                "liability": float(results[0].liabilities[k]),
                "funded_ratio": {each.name: float(each.funded_ratio[k]) for each in results},
            }
            for k, day in enumerate(owed.curves.dates)
        ],
    }


def _rival(result: RivalResult, expenses: float | None) -> dict[str, Any]:
    spent, (month, loss) = result.exhausted_on, result.worst_month
    worst = result.worst_years()[0].surplus_change
    return {
        "name": result.name,
        "description": result.description,
        "funded_ratio": float(result.funded_ratio[-1]),
        "surplus": float(result.surplus[-1]),
        "surplus_low": float(result.surplus.min()),
        "surplus_high": float(result.surplus.max()),
        "surplus_range": result.surplus_range,
        "tracking_error": result.tracking_error,
        "worst_month": {"date": to_date(month), "surplus_change": loss},
        "worst_twelve_months": result.worst_twelve_months,
        "worst_years": [
            {
                "year": year.year,
                "months": year.months,
                "surplus_change": year.surplus_change,
                "share": year.share,
            }
            for year in result.worst_years()
        ],
        "worst_year_in_years_of_expenses": _in_years(worst, expenses),
        "sold": result.cash.total_sold,
        "largest_cash_call": float(result.cash.cash_calls.max()),
        "unpaid": float(result.cash.unpaid.sum()),
        "exhausted_on": None if spent is None else to_date(spent),
    }


def _mismatch(found: BenchmarkMismatch, expenses: float | None) -> dict[str, Any]:
    columns = (found.tenors, found.liability_key_rates, found.index_key_rates, found.key_rate_gaps)
    return {
        "name": found.name,
        "liability_value": found.liability_value,
        "liability_duration": found.liability_duration,
        "index_duration": found.index_duration,
        "duration_gap": found.duration_gap,
        "gross_key_rate_gap": found.gross_key_rate_gap,
        "key_rates": [
            {"tenor": tenor, "liability": ours, "index": theirs, "gap": gap}
            for tenor, ours, theirs, gap in zip(*(c.tolist() for c in columns), strict=True)
        ],
        "growth": [_growth(each, found.liability_value, expenses) for each in found.growth],
    }


def _growth(found: GrowthMismatch, liability: float, expenses: float | None) -> dict[str, Any]:
    money = found.money(liability)
    return {
        "shift_bp": found.shift_bp,
        "liability": found.liability,
        "index": found.index,
        "mismatch": found.mismatch,
        "duration_estimate": found.duration_estimate,
        "money": money,
        "years_of_expenses": _in_years(money, expenses),
    }


def _in_years(money: float, expenses: float | None) -> float | None:
    return None if expenses is None else years_of_expenses(money, expenses)
