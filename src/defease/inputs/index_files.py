"""What a liability index is made of: curves by month, projections, payments made; read on demand.

No other command opens these files: a plan is read, checked and valued without them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from defease.cashflows import CashFlows, Timing
from defease.curves import CurveHistory
from defease.dates import month_end, to_date
from defease.errors import Caution, InputError, Problem, bad_input, did_you_mean
from defease.inputs.bases import curve_conventions
from defease.inputs.cash_flow_file import CashFlowConventions, CashFlowReading, read_cash_flows
from defease.inputs.curve_history_file import DailyRates, read_curve_history
from defease.inputs.files import PlanFolder, read_bytes, table_from_bytes
from defease.inputs.inflation_files import check_tags, read_inflation
from defease.inputs.plan_files import PLAN_FILE, PlanFiles
from defease.inputs.schema.analysis import IndexSection
from defease.liability_index import (
    DEFAULT_SEGMENTS,
    Amounts,
    Indexation,
    IndexStructure,
    Projection,
    Span,
    SpreadingEffect,
    spread_monthly,
    spreading_effect,
)
from defease.valuation import DEFAULT_EDGES

if TYPE_CHECKING:
    from defease.inputs.plan import Plan
    from defease.inputs.schema.discounting import BasisSection
    from defease.inputs.tables import Table

NO_SECTION = IndexSection()


@dataclass(frozen=True, eq=False, kw_only=True)
class IndexInputs:
    """Everything `liability_index` needs, and what has to be said about how it was read.

    Attributes
    ----------
    basis
        Name of the basis whose quoting the curves follow.
    start
        First date of the index, a month end.
    projections
        Monthly amounts, in order of effective date; the first is in force at the start.
    curves, risk_free
        Month ends up to the last one asked for.
    actual
        Payments made, where a file gives them.
    spreading
        What annual amounts gain or lose by being paid monthly; None for monthly and dated files.
    inputs
        SHA-256 of each file read, by name.
    """

    basis: str
    start: dt.date
    projections: tuple[Projection, ...]
    curves: CurveHistory
    risk_free: CurveHistory | None
    actual: CashFlows | None
    structure: IndexStructure
    amounts: Amounts
    spreading: SpreadingEffect | None
    cautions: tuple[Caution, ...]
    inputs: Mapping[str, str]
    understood: tuple[tuple[str, str], ...]


def read_index_inputs(plan: Plan, *, curves: Path | None = None) -> IndexInputs:
    """Read the files of [index] and the projections, all problems at once.

    Parameters
    ----------
    plan : Plan
        `--as-of`, where given, ends the index.
    curves : Path
        A curve history in place of `index.curves`; may lie outside the plan's folder.
    """
    return _IndexReading(plan, PlanFiles(PlanFolder(plan.folder), plan.settings)).read(curves)


@dataclass(frozen=True, eq=False)
class IndexCurves:
    """The curves of [index] alone, for what is asked without the plan's payments.

    Attributes
    ----------
    basis
        Name of the basis whose quoting the curves follow.
    history
        Month ends from `index.start` to the last one asked for.
    inputs
        SHA-256 of the file, by name.
    """

    basis: str
    history: CurveHistory
    cautions: tuple[Caution, ...]
    inputs: Mapping[str, str]


def read_index_curves(plan: Plan) -> IndexCurves:
    """Curves and start of [index]; no cash flows are read."""
    return _IndexReading(plan, PlanFiles(PlanFolder(plan.folder), plan.settings)).curves_alone()


@dataclass(eq=False)
class _IndexReading:
    """Reads one file after the other; keeps what they say."""

    plan: Plan
    files: PlanFiles
    cautions: list[Caution] = field(default_factory=list)
    understood: list[tuple[str, str]] = field(default_factory=list)

    @property
    def section(self) -> IndexSection:
        return self.plan.settings.index or NO_SECTION

    def read(self, given: Path | None) -> IndexInputs:
        self._require_curves(given)
        basis = self._basis()
        history = self._until_asked(self._curves(given, basis))
        risk_free = self._risk_free()
        start = self._start(history)
        self._say_early_end(history)
        flows = self._flows(start)
        projections, spreading = self._projections(flows, start, history)
        projections = self._linked(projections, history)
        return IndexInputs(
            basis=basis.name,
            start=start,
            projections=projections,
            curves=history,
            risk_free=None if risk_free is None else self._until_asked(risk_free),
            actual=self._payments(start),
            structure=self._structure(),
            amounts=Amounts(self.section.amounts),
            spreading=spreading,
            cautions=tuple(dict.fromkeys(self.cautions)),
            inputs=dict(self.files.inputs),
            understood=tuple(self.understood),
        )

    def curves_alone(self) -> IndexCurves:
        self._require_curves(None)
        basis = self._basis()
        history = self._until_asked(self._curves(None, basis))
        start = self._start(history)
        return IndexCurves(
            basis.name,
            history.between(start, to_date(history.dates[-1])),
            tuple(dict.fromkeys(self.cautions)),
            dict(self.files.inputs),
        )

    def _structure(self) -> IndexStructure:
        """Buckets of the plan, and its segments after the usual ones."""
        own = tuple(_span(text) for text in self.section.segments)
        return IndexStructure(
            edges=tuple(self.section.buckets or DEFAULT_EDGES),
            segments=tuple(dict.fromkeys((*DEFAULT_SEGMENTS, *own))),
        )

    def _basis(self) -> BasisSection:
        """The basis whose quote, compounding and unit the curve history has."""
        return self._quoted(self.section.basis or self.plan.headline_basis, "index.basis")

    def _quoted(self, name: str, key: str) -> BasisSection:
        sections = {basis.name: basis for basis in self.plan.settings.discounting}
        quoted = [known.name for known in sections.values() if known.method == "curve"]
        if name not in sections:
            what = f"no basis is named {name!r}" if name else "the plan has no discount basis"
            raise bad_input(
                where=f"{PLAN_FILE}: {key}", what=what, remedy=did_you_mean(name, quoted or ["-"])
            )
        found = sections[name]
        if found.method != "curve":
            what = f'basis {name!r} has method "{found.method}" and does not say how curves quote'
            remedy = (
                f'name one of method "curve" ({", ".join(quoted)})'
                if quoted
                else 'add a [[discounting]] basis of method "curve" and name it here'
            )
            raise bad_input(where=f"{PLAN_FILE}: {key}", what=what, remedy=remedy)
        return found

    def _curves(self, given: Path | None, basis: BasisSection) -> CurveHistory:
        if given is not None:
            data = read_bytes(given, where="--curves", name=given.name)
            self.files.inputs[given.name] = hashlib.sha256(data).hexdigest()
            table = table_from_bytes(
                data, name=given.name, declared=self.files.declared(given.name)
            )
            return self._history(table, basis)
        name = self.section.curves or ""
        return self._history(self.files.table(name, "index.curves"), basis)

    def _require_curves(self, given: Path | None) -> None:
        if given is None and self.section.curves is None:
            raise bad_input(
                where=f"{PLAN_FILE}: index.curves",
                what="no curve history is given",
                remedy="add [index] with curves = FILE (date, then one column a maturity), or ask "
                "with --curves FILE",
            )

    def _risk_free(self) -> CurveHistory | None:
        name = self.section.risk_free_curves
        if name is None:
            return None
        basis = self._quoted(self.plan.risk_free_basis, "plan.risk_free_basis")
        return self._history(self.files.table(name, "index.risk_free_curves"), basis)

    def _history(self, table: Table, basis: BasisSection) -> CurveHistory:
        daily = DailyRates(self.section.daily_rates)
        reading = read_curve_history(table, curve_conventions(basis), daily=daily)
        self.cautions.extend(reading.cautions)
        self.understood.append((table.source, f"{reading.understood} (basis {basis.name})"))
        if not basis.spread_bp:
            return reading.history
        self.understood.append((table.source, f"plus a spread of {basis.spread_bp:g} bp"))
        shifted = np.log1p(np.expm1(reading.history.zero_rates) + basis.spread_bp * 1e-4)
        return replace(reading.history, zero_rates=shifted)

    def _until_asked(self, history: CurveHistory) -> CurveHistory:
        """The history up to `--as-of`, where that was given."""
        day = self.plan.valuation_date
        if day == self.plan.settings.plan.valuation_date:
            return history
        return history.between(to_date(history.dates[0]), day)

    def _start(self, history: CurveHistory) -> dt.date:
        first, last = to_date(history.dates[0]), to_date(history.dates[-1])
        asked = self.section.start or first
        start = month_end(asked)
        if not first <= start < last:
            what = f"the index starts on {start}, curves cover {first} to {last}"
            remedy = "choose a start within them, before the last, or give a longer history"
            raise bad_input(where=f"{PLAN_FILE}: index.start", what=what, remedy=remedy)
        if start != asked:
            message = (
                f"index.start {asked} lies within a month; the index starts at its end, {start}"
            )
            self.cautions.append(Caution("start_at_month_end", message))
        return start

    def _say_early_end(self, history: CurveHistory) -> None:
        """Say that the curves stop before the last month end that the plan could use."""
        last, day = to_date(history.dates[-1]), self.plan.valuation_date
        due = day if day == month_end(day) else day.replace(day=1) - dt.timedelta(days=1)
        if last < due:
            message = (
                f"the curves end on {last}, before the plan's date of {day}: everything made of "
                "them ends there too"
            )
            self.cautions.append(Caution("curves_end_early", message))

    def _flows(self, start: dt.date) -> CashFlowReading:
        """The plan's own projection, read from the index's start where that is earlier."""
        given = self.plan.settings.liabilities
        table = self.files.table(given.file, "liabilities.file", sheet=given.sheet)
        own = self.plan.settings.plan.valuation_date
        # periods count from the valuation date and cannot be read from another day
        counted_from = own if "period" in table.columns else min(start, own)
        reading = read_cash_flows(table, self._conventions(counted_from))
        self.cautions.extend(c for c in reading.cautions if c not in self.plan.cautions)
        self.understood.append((given.file, reading.understood))
        first = to_date(reading.flows.dates.min())
        if (first - start).days > 366:
            message = (
                f"{given.file} pays first on {first}, the index starts on {start}: until then it "
                "shows what payments still to come were worth; earlier payments are not in it"
            )
            self.cautions.append(Caution("back_cast", message))
        return reading

    def _conventions(self, day: dt.date) -> CashFlowConventions:
        plan, given = self.plan.settings.plan, self.plan.settings.liabilities
        return CashFlowConventions(
            valuation_date=day,
            year_end=plan.year_end or plan.valuation_date.strftime("%m-%d"),
            timing=Timing(given.timing) if given.timing else None,
            unit=given.unit,
            currency=plan.currency,
        )

    def _projections(
        self, own: CashFlowReading, start: dt.date, history: CurveHistory
    ) -> tuple[tuple[Projection, ...], SpreadingEffect | None]:
        monthly = spread_monthly(own.flows, own.timing)
        effect = self._spreading(own, monthly, history)
        first = Projection(min(start, own.flows.valuation_date), monthly)
        later, problems = [], []
        for number, given in enumerate(self.plan.settings.liabilities.projection):
            key = f"liabilities.projection[{number}]"
            if given.effective <= start:
                what = f"takes effect on {given.effective}, the index starts on {start}"
                remedy = "start the index earlier, or make this file the plan's own cash flows"
                problems.append(Problem(f"{PLAN_FILE}: {key}.effective", what, remedy))
                continue
            reading = read_cash_flows(
                self.files.table(given.file, f"{key}.file"), self._conventions(given.effective)
            )
            self.cautions.extend(reading.cautions)
            self.understood.append((given.file, f"from {given.effective}: {reading.understood}"))
            later.append(Projection(given.effective, spread_monthly(reading.flows, reading.timing)))
        if problems:
            raise InputError(problems)
        return (first, *sorted(later, key=lambda each: each.effective)), effect

    def _linked(
        self, projections: tuple[Projection, ...], history: CurveHistory
    ) -> tuple[Projection, ...]:
        """The projections with the price indices that their amounts are linked to.

        Amounts of the plan's own file contain the inflation expected on its valuation date, those
        of a later one what was expected when it takes effect.
        """
        plan = self.plan.settings
        stated = [plan.plan.valuation_date, *(each.effective for each in projections[1:])]
        later = sorted(plan.liabilities.projection, key=lambda each: each.effective)
        sources = [plan.liabilities.file, *(each.file for each in later)]
        days = np.concatenate([history.dates, np.array(stated, dtype="datetime64[D]")])
        found = read_inflation(self.files, self.section.inflation, days.astype("datetime64[M]"))
        self.cautions.extend(found.cautions)
        self.understood.extend(found.understood)
        linked = [(name, p.flows) for name, p in zip(sources, projections, strict=True)]
        self.cautions.extend(check_tags(linked, found.indices))
        return tuple(
            replace(each, indexation=Indexation(day, found.indices))
            for each, day in zip(projections, stated, strict=True)
        )

    def _spreading(
        self, own: CashFlowReading, monthly: CashFlows, history: CurveHistory
    ) -> SpreadingEffect | None:
        if monthly is own.flows:
            return None
        day = np.datetime64(own.flows.valuation_date, "D")
        place = min(int(np.searchsorted(history.dates, day)), len(history) - 1)
        curve = history.curve_on(to_date(history.dates[place]))
        return spreading_effect(own.flows, monthly, curve)

    def _payments(self, start: dt.date) -> CashFlows | None:
        name = self.section.payments
        if name is None:
            return None
        table = self.files.table(name, "index.payments")
        if "date" not in table.columns:
            raise bad_input(
                where=name, what="has no column 'date'", remedy="date every payment that was made"
            )
        dated = replace(self._conventions(start), timing=Timing.DATED, unit=1.0)
        reading = read_cash_flows(table, dated)
        self.cautions.extend(reading.cautions)
        self.understood.append((name, f"payments made: {reading.understood}"))
        return reading.flows


def _span(text: str) -> Span:
    """A segment as it is written, 2-7 or 10+."""
    first, _, last = text.removesuffix("+").partition("-")
    return Span(float(first), float(last) if last else None)
