"""The task `index`: the plan's own payments as a monthly index, with its growth line by line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defease.dates import to_date
from defease.errors import Caution
from defease.inputs.index_files import IndexInputs, read_index_inputs
from defease.liability_index import (
    CarryConvention,
    IndexMonth,
    IndexPart,
    LiabilityIndex,
    LinkedReturn,
    PartSensitivities,
    PartStatistics,
    Period,
    liability_index,
    linked_return,
    month_rows,
    period_return,
    sensitivities_on,
    statistics_on,
)
from defease.reports.builders.index import index_sections, index_tiles
from defease.reports.builders.index_facts import IndexFacts, PartFacts
from defease.services.answering import Page, answered
from defease.services.plans import Question, ask, cautions_of, illustration, with_inputs
from defease.services.task import TaskResult

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

MONTHS_OF_A_YEAR = 12


@dataclass(frozen=True, eq=False)
class IndexStudy:
    """An index, what it was made of, and what its parts look like on its last date.

    Attributes
    ----------
    statistics, sensitivities
        Of the whole, then buckets, segments and groups, as `index.parts`.
    """

    index: LiabilityIndex
    inputs: IndexInputs
    statistics: tuple[PartStatistics, ...]
    sensitivities: tuple[PartSensitivities, ...]
    cautions: tuple[Caution, ...]

    @property
    def end(self) -> dt.date:
        """The last date of the index."""
        return to_date(self.index.dates[-1])

    @property
    def months(self) -> tuple[IndexMonth, ...]:
        """Growth line by line, a row a month."""
        return month_rows(self.index)

    def linked(
        self, carry: CarryConvention = CarryConvention.YIELD_AND_ROLL
    ) -> LinkedReturn | None:
        """The return since inception and its components; None when a month has no return."""
        return linked_return(self.index.total, 0, len(self.index.dates) - 1, carry=carry)

    def returns(self, part: IndexPart) -> dict[Period, LinkedReturn | None]:
        """Returns of a part for every period of the report."""
        return {period: period_return(self.index, part, period) for period in Period}


def index(
    plan: str | Path,
    *,
    overrides: Iterable[str] = (),
    as_of: str | dt.date | None = None,
    curves: str | Path | None = None,
) -> TaskResult[IndexStudy]:
    """The monthly liability index of a plan: levels, returns by bucket, attribution.

    `curves` names a curve history in place of `index.curves`; `as_of` ends the index.
    """
    return answer_index(ask("index", plan, overrides=overrides, as_of=as_of), curves=curves)


def answer_index(question: Question, *, curves: str | Path | None = None) -> TaskResult[IndexStudy]:
    """The task `index` for a plan already read."""
    study = compute_index(question, curves=curves)
    asked = with_inputs(question, study.inputs.inputs, curves=_name(curves))
    warnings = cautions_of(asked, *study.cautions)
    facts = index_facts(study)
    page = Page(
        title="Liability index",
        subtitle=". ".join(filter(None, (_subtitle(study), illustration(asked.plan)))),
        blocks=[index_tiles(facts), *index_sections(facts, asked.currency)],
        as_of=study.end,
    )
    return answered(
        asked,
        page,
        task="index",
        result=study,
        results=index_results(study),
        warnings=warnings,
    )


def _subtitle(study: IndexStudy) -> str:
    return f"What the plan's own payments returned, {study.inputs.start} to {study.end}"


def compute_index(question: Question, *, curves: str | Path | None = None) -> IndexStudy:
    """The numbers of the task."""
    inputs = read_index_inputs(question.plan, curves=None if curves is None else Path(curves))
    made = liability_index(
        inputs.projections,
        inputs.curves,
        risk_free=inputs.risk_free,
        actual=inputs.actual,
        start=inputs.start,
        structure=inputs.structure,
        amounts=inputs.amounts,
    )
    last = to_date(made.dates[-1])
    return IndexStudy(
        made,
        inputs,
        statistics_on(made, last),
        sensitivities_on(made, last),
        (*inputs.cautions, *made.cautions, *_cautions(made, inputs)),
    )


def _name(curves: str | Path | None) -> str | None:
    return None if curves is None else Path(curves).name


def _cautions(made: LiabilityIndex, inputs: IndexInputs) -> list[Caution]:
    found = []
    if inputs.risk_free is None:
        message = (
            f"no risk-free curves stand beside basis {inputs.basis}: what spreads did is part of "
            "the rate change (add index.risk_free_curves)"
        )
        found.append(Caution("no_risk_free_curves", message))
    if len(made.dates) <= MONTHS_OF_A_YEAR:
        message = (
            f"the index has {len(made.dates) - 1} months: returns of a year or more are not "
            "meaningful and stay empty"
        )
        found.append(Caution("less_than_a_year", message))
    last = inputs.curves.last_time
    due = made.payments_ahead(to_date(made.dates[-1])).last_time
    if due > last:
        message = (
            f"payments fall due up to {due:.1f} years ahead, the curves end at {last:g} years: "
            f"beyond them {inputs.curves.extrapolation}"
        )
        found.append(Caution("extrapolated", message))
    return found


def index_facts(study: IndexStudy) -> IndexFacts:
    """What the pages of the result show."""
    index = study.index
    split = index.total.rate_split()
    parts = [
        PartFacts(statistics, moves, study.returns(statistics.part))
        for statistics, moves in zip(study.statistics, study.sensitivities, strict=True)
    ]
    return IndexFacts(
        basis=study.inputs.basis,
        amounts=study.inputs.amounts.value,
        start=study.inputs.start,
        end=study.end,
        months=study.months,
        opening_value=float(index.total.present_values[0]),
        whole=parts[0],
        buckets=tuple(p for p in parts[1:] if p.statistics.part in index.buckets),
        segments=tuple(p for p in parts[1:] if p.statistics.part in index.segments),
        groups=tuple(p for p in parts[1:] if p.statistics.part in index.groups),
        linked={carry: study.linked(carry) for carry in CarryConvention},
        rate_split=None
        if split is None
        else tuple(float(line.sum()) for line in (split.level, split.slope, split.curvature)),
        spreading=study.inputs.spreading,
        projections=tuple(era.projection.effective for era in index.eras),
        migration=tuple((part.name, float(part.migration[-1])) for part in index.buckets),
        has_risk_free=study.inputs.risk_free is not None,
        inflation=inflation_words(study),
    )


def inflation_words(study: IndexStudy) -> tuple[str, ...]:
    """One sentence for each price index that payments in force are linked to."""
    given = study.index.eras[0].projection.indexation
    if given is None:
        return ()
    return tuple(
        f"{index.name}: payments take the number of {index.lag_months} months before their month; "
        f"amounts contain the inflation expected on {given.stated}"
        for index in given.indices
        if index.name in study.index.linked_to
    )


def index_results(study: IndexStudy) -> dict[str, Any]:
    """The keys of the JSON interface."""
    index, inputs = study.index, study.inputs
    kinds = {
        **{id(part): "bucket" for part in index.buckets},
        **{id(part): "segment" for part in index.segments},
        **{id(part): "group" for part in index.groups},
    }
    split = index.total.rate_split()
    return {
        "basis": inputs.basis,
        "amounts": inputs.amounts.value,
        "start": inputs.start,
        "end": study.end,
        "opening_value": float(index.total.present_values[0]),
        "projections": [era.projection.effective for era in index.eras],
        "linked_to": list(index.linked_to),
        "months": [{**_month(row), **_split_of(split, k)} for k, row in enumerate(study.months)],
        "since_inception": linked_results(study.linked()),
        "carry": {carry.value: linked_results(study.linked(carry)) for carry in CarryConvention},
        "spreading": None
        if inputs.spreading is None
        else {
            "before": inputs.spreading.before,
            "after": inputs.spreading.after,
            "change": inputs.spreading.change,
        },
        "total": _part(study, 0),
        "buckets": [
            {"kind": kinds[id(statistics.part)], **_part(study, number)}
            for number, statistics in enumerate(study.statistics)
            if number
        ],
    }


def _month(row: IndexMonth) -> dict[str, Any]:
    return {name: getattr(row, name) for name in IndexMonth.__slots__}


def _split_of(split: Any, month: int) -> dict[str, Any]:
    names = ("level", "slope", "curvature")
    return {
        f"rate_{name}": None if split is None else float(getattr(split, name)[month])
        for name in names
    }


def linked_results(found: LinkedReturn | None) -> dict[str, Any] | None:
    """The keys of a linked return; None stays None."""
    if found is None:
        return None
    return {
        "months": found.months,
        "total_return": found.total_return,
        "income": found.income,
        "roll": found.roll,
        "rate_change": found.rate_change,
        "spread_change": found.spread_change,
        "inflation": found.inflation,
        "price_return": found.price_return,
    }


def _part(study: IndexStudy, number: int) -> dict[str, Any]:
    statistics, risk = study.statistics[number], study.statistics[number].risk
    part, tenors = statistics.part, risk.key_rate_tenors
    rates = risk.key_rate_durations
    return {
        "name": part.name,
        "from_year": part.span.from_year if part.span else None,
        "to_year": part.span.to_year if part.span else None,
        "future_value": risk.future_value,
        "present_value": risk.present_value,
        "share": statistics.weight,
        "price": statistics.price,
        "yield": risk.annual_yield,
        "macaulay_duration": risk.macaulay_duration,
        "modified_duration": risk.modified_duration,
        "effective_duration": risk.effective_duration,
        "convexity": risk.convexity,
        "dv01": risk.dv01,
        "key_rate_durations": None
        if rates is None
        else {f"{t:g}": float(r) for t, r in zip(tenors, rates, strict=True)},
        "returns": {p.value: linked_results(found) for p, found in study.returns(part).items()},
        "sensitivities": [
            {
                "shift_bp": move.shift_bp,
                "present_value": move.present_value,
                "change": move.change,
                "relative_change": move.relative_change,
                "duration_estimate": move.duration_estimate,
            }
            for move in study.sensitivities[number].moves
        ],
        "migration": float(part.migration[-1]),
    }
