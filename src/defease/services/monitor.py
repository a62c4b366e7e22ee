"""The task `monitor`: both sides carried from the last official values to a later date."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defease.dates import parse_iso_date, to_date
from defease.errors import Caution, bad_input
from defease.inputs.official_file import known_by
from defease.inputs.performance_files import MonitoringInputs, read_monitoring_inputs
from defease.performance import (
    BackTest,
    ErrorDistribution,
    OfficialValues,
    RollForward,
    back_test,
    roll_forward,
)
from defease.reports.builders.monitoring import (
    MonitoringFacts,
    monitoring_sections,
    monitoring_tiles,
)
from defease.services.answering import Page, answered
from defease.services.index import IndexStudy, compute_index
from defease.services.monitor_daily import daily_moves
from defease.services.monitor_data import Estimated, estimated, last_roll_date, moves_of
from defease.services.plans import Question, ask, cautions_of, with_inputs
from defease.services.task import TaskResult

if TYPE_CHECKING:
    from collections.abc import Iterable

FEWEST_OFFICIALS = 2
LATER = ("target_weight", "band", "trigger", "probability_next_trigger")
"""Keys of the interface that a glide path will fill."""


@dataclass(frozen=True, eq=False, kw_only=True)
class MonitoringStudy:
    """Both sides from the last official values to the date, and how far such estimates were off.

    Attributes
    ----------
    start
        The official values rolled from.
    path
        Month by month, or day by day.
    tested
        Errors at every official value after the first; None with fewer than two.
    risk_weight
        Share of the classes whose role is growth; None when the assumptions do not say.
    """

    index: IndexStudy
    given: MonitoringInputs
    basis_of_estimate: Estimated
    start: OfficialValues
    path: RollForward
    tested: BackTest | None
    risk_weight: float | None
    cautions: tuple[Caution, ...]

    @property
    def date(self) -> dt.date:
        """The date of the estimate."""
        return to_date(self.path.dates[-1])


def monitor(
    plan: str | Path,
    *,
    overrides: Iterable[str] = (),
    as_of: str | dt.date | None = None,
    to: str | dt.date | None = None,
) -> TaskResult[MonitoringStudy]:
    """Roll assets on proxies and liabilities on the index from the last official values.

    `to` is the date of the estimate, the last month known unless said otherwise; official values
    that became known after it are not used.
    """
    asked = parse_iso_date(to, where="--to") if isinstance(to, str) else to
    return answer_monitor(ask("monitor", plan, overrides=overrides, as_of=as_of), to=asked)


def answer_monitor(question: Question, *, to: dt.date | None = None) -> TaskResult[MonitoringStudy]:
    """The task `monitor` for a plan already read."""
    study = compute_monitor(question, to=to)
    asked = with_inputs(question, study.index.inputs.inputs, study.given.inputs, to=to)
    warnings = cautions_of(asked, *study.cautions)
    facts = monitoring_facts(study)
    page = Page(
        title="Between valuations",
        subtitle=f"Rolled forward from {study.start.date} to {study.date}",
        blocks=[monitoring_tiles(facts), *monitoring_sections(facts, asked.currency)],
        as_of=study.date,
    )
    return answered(
        asked,
        page,
        task="monitor",
        result=study,
        results=monitor_results(study),
        warnings=warnings,
    )


def compute_monitor(question: Question, *, to: dt.date | None = None) -> MonitoringStudy:
    """The numbers of the task."""
    plan = question.plan
    given = read_monitoring_inputs(plan)
    study = compute_index(question)
    moves, said = (
        daily_moves(study, given.proxies)
        if given.is_daily
        else (moves_of(study, given.proxies), ())
    )
    date = last_roll_date(moves, to)
    known = tuple(figure for figure in known_by(given.official, date) if figure.date < date)
    if not known:
        first = given.official[0]
        what = f"no official value was known before {date}"
        remedy = f"the first is of {first.date}, known at {first.known_at or first.date}"
        raise bad_input(where="official values", what=what, remedy=remedy)
    basis = estimated(given, study, known, weights=plan.allocation, moves=moves)
    start = basis.officials[-1]
    path = roll_forward(start, moves.between(start.date, date))
    enough = len(basis.officials) >= FEWEST_OFFICIALS
    tested = back_test(basis.officials, moves) if enough else None
    weight = _risk_weight(question, basis.classes, path)
    return MonitoringStudy(
        index=study,
        given=given,
        basis_of_estimate=basis,
        start=start,
        path=path,
        tested=tested,
        risk_weight=weight,
        cautions=(
            *study.cautions,
            *basis.cautions,
            *said,
            *_cautions(given, basis, date, asked=to, weight=weight),
        ),
    )


def _risk_weight(question: Question, classes: tuple[str, ...], path: RollForward) -> float | None:
    assumed = question.plan.assumptions
    if assumed is None:
        return None
    roles = {asset_class.name: asset_class.role for asset_class in assumed.asset_class}
    if any(roles.get(name) is None for name in classes):
        return None
    last = path.weights[-1]
    return float(sum(w for name, w in zip(classes, last, strict=True) if roles[name] == "growth"))


def _cautions(
    given: MonitoringInputs,
    basis: Estimated,
    date: dt.date,
    *,
    asked: dt.date | None,
    weight: float | None,
) -> list[Caution]:
    found = []
    if asked is not None and asked != date:
        message = f"{asked} lies within a month; the estimate is of the month end before, {date}"
        code = "month_end_before"
        if given.is_daily:
            message, code = f"{asked} has no returns; the estimate is of {date}", "day_before"
        found.append(Caution(code, message))
    unknown = [f for f in given.official if f.date < date < (f.known_at or f.date)]
    found += [
        Caution("not_yet_known", f"the official value of {f.date} became known on {f.known_at}")
        for f in unknown
    ]
    if not all(basis.stated):
        message = "official liabilities that the file leaves empty are those of the index"
        found.append(Caution("liability_of_the_index", message))
    if len(basis.officials) < FEWEST_OFFICIALS:
        message = "one official value: how far a roll-forward goes wrong cannot be counted yet"
        found.append(Caution("no_back_test", message))
    if weight is None:
        message = "the assumptions do not give every class a role: no risk weight"
        found.append(Caution("no_risk_weight", message))
    message = f"{', '.join(LATER)}: not available in this version (no glide path is followed yet)"
    return [*found, Caution("not_available", message)]


def monitoring_facts(study: MonitoringStudy) -> MonitoringFacts:
    """What the pages of the result show."""
    return MonitoringFacts(
        start=study.start,
        path=study.path,
        classes=study.basis_of_estimate.classes,
        moves=study.basis_of_estimate.moves.between(study.start.date, study.date),
        tested=study.tested,
        date=study.date,
        is_daily=study.given.is_daily,
    )


def monitor_results(study: MonitoringStudy) -> dict[str, Any]:
    """The keys of the JSON interface."""
    path, start = study.path, study.start
    return {
        "date": study.date,
        "step": "daily" if study.given.is_daily else "monthly",
        "assets": float(path.assets[-1]),
        "liabilities": float(path.liabilities[-1]),
        "funded_ratio": float(path.funded_ratios[-1]),
        "surplus": float(path.surplus[-1]),
        "risk_weight": study.risk_weight,
        **dict.fromkeys(LATER),
        "trades": [],
        "overlay": [],
        "official": {
            "date": start.date,
            "assets": start.assets,
            "liabilities": start.liabilities,
            "funded_ratio": start.assets / start.liabilities,
        },
        "path": [
            {
                "date": to_date(path.dates[k]),
                "assets": float(path.assets[k]),
                "liabilities": float(path.liabilities[k]),
                "funded_ratio": float(path.funded_ratios[k]),
                "weights": {
                    name: float(path.weights[k, place])
                    for place, name in enumerate(study.basis_of_estimate.classes)
                },
            }
            for k in range(len(path.dates))
        ],
        "back_test": _tested(study.tested),
    }


def _tested(found: BackTest | None) -> dict[str, Any] | None:
    if found is None:
        return None
    names = """start date periods estimated_assets official_assets asset_error
        estimated_liabilities official_liabilities liability_error funded_ratio_error"""
    return {
        "errors": [{name: getattr(e, name) for name in names.split()} for e in found.errors],
        "assets": _distribution(found.assets),
        "liabilities": _distribution(found.liabilities),
        "funded_ratio": _distribution(found.funded_ratio),
    }


def _distribution(found: ErrorDistribution) -> dict[str, Any]:
    names = "n mean standard_deviation mean_absolute root_mean_square largest"
    return {**{n: getattr(found, n) for n in names.split()}, **dict(found.percentiles)}
