"""The cash-flow file: years, periods or dates with benefits, expenses and contributions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.cashflows import CashFlows, FlowKind, Timing
from defease.dates import MONTHS_PER_YEAR, add_months, years_between
from defease.errors import Caution
from defease.inputs.cash_flow_rows import (
    FlowRow,
    check_gaps,
    check_order,
    dated_rows,
    period_rows,
    year_rows,
)
from defease.inputs.columns import ColumnReader, NumberRule
from defease.inputs.plan_years import PlanYears
from defease.inputs.refusing import refuse
from defease.inputs.tables import Table

AMOUNT_COLUMNS = {
    "benefits": FlowKind.BENEFITS,
    "expenses": FlowKind.EXPENSES,
    "contributions": FlowKind.CONTRIBUTIONS,
}
CURRENT_MEMBERS = "contributions_current_members"
PAYROLL_COLUMNS = (
    "payroll_current",
    "payroll_total",
    "contributions_members",
    "contributions_employer",
)
"""Together they say what current members' contributions are, where no column does."""
GROUPS = ("retired", "deferred", "active")
LARGEST_AMOUNT = 1e18
_ROWS_OF = {"year": year_rows, "period": period_rows, "date": dated_rows}
LINKED_TO = "index"
_KNOWN = (*_ROWS_OF, "group", LINKED_TO, "currency", *AMOUNT_COLUMNS, CURRENT_MEMBERS)
_AMOUNT = NumberRule(
    at_least=0.0,
    at_most=LARGEST_AMOUNT,
    remedy="enter outgo as positive numbers; contributions have their own column",
    too_large="check the amount, and unit = 1000 where the file is in thousands",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CashFlowConventions:
    """How the file's years and amounts are meant.

    Attributes
    ----------
    valuation_date, year_end
        The day from which years count, and the last day of plan years ("12-31").
    timing
        When within its year an amount is paid; None: dated for dates, mid-year for years.
    unit
        1000 when the file is in thousands.
    currency
        The plan's; a column `currency` must agree.
    as_of
        Another day to value at; flows on or before it are dropped, counted and summed.
    """

    valuation_date: dt.date
    year_end: str
    timing: Timing | None = None
    unit: float = 1.0
    currency: str = "USD"
    as_of: dt.date | None = None


@dataclass(frozen=True, eq=False)
class CashFlowReading:
    """Cash flows, what has to be said about how they were read, and a sentence for `check`.

    `current_members` holds the contributions of and for current members only; None where the file
    does not tell them apart.
    """

    flows: CashFlows
    timing: Timing
    first_year: int
    cautions: tuple[Caution, ...]
    understood: str
    current_members: CashFlows | None = None


def read_cash_flows(table: Table, conventions: CashFlowConventions) -> CashFlowReading:
    r"""Turn a table into `CashFlows`, or raise every problem of the file at once.

    Amounts are multiplied by the declared unit; a column `index` names the price index that a
    row's amounts are linked to, and an empty cell there is a fixed amount.  Years that are over
    are left out with a caution; the year that is running counts by the share of its days still
    ahead, with a caution.

    Examples
    --------
    >>> from defease.inputs.csv_reader import read_csv
    >>> table = read_csv(b"year,benefits\n2026,100\n2027,110\n", source="flows.csv")
    >>> reading = read_cash_flows(table, CashFlowConventions(
    ...     valuation_date=dt.date(2025, 12, 31), year_end="12-31", timing=Timing.MID_YEAR))
    >>> reading.flows.gross.times, reading.flows.gross.amounts
    (array([0.5, 1.5]), array([100., 110.]))
    """
    reader = ColumnReader(table)
    key = _time_column(reader)
    has_payrolls = all(name in reader for name in PAYROLL_COLUMNS)
    known = (*_KNOWN, *PAYROLL_COLUMNS) if has_payrolls else _KNOWN
    reader.expect(required=("benefits",), known=known)
    years = PlanYears(
        conventions.valuation_date, conventions.year_end, _timing(reader, key, conventions.timing)
    )
    amounts = {name: reader.amounts(name, _AMOUNT) for name in AMOUNT_COLUMNS if name in reader}
    current = _current_members(reader, has_payrolls=has_payrolls)
    groups = [_group(text) for text in reader.optional("group", reader.texts)]
    owners = _Owners(groups, [text.lower() for text in reader.optional(LINKED_TO, reader.texts)])
    _one_currency(reader, conventions.currency)
    rows = _rows(reader, key, owners, years)
    _refuse_nothing(reader, amounts)
    reader.finish()
    scaled = {name: column * conventions.unit for name, column in amounts.items()}
    _say_dropped(reader, rows, scaled, conventions.valuation_date)
    _say_shortened(reader, key, rows, years)
    flows = _flows(rows, owners, scaled, conventions.valuation_date)
    flows = _revalued(reader, flows, conventions)
    theirs = None
    if current is not None:
        column = {"contributions": current * conventions.unit}
        theirs = _seen_from(_flows(rows, owners, column, conventions.valuation_date), conventions)
    return CashFlowReading(
        flows,
        years.timing,
        _first_year(key, years, conventions),
        tuple(reader.cautions),
        _understood(key, years.timing, conventions.unit, flows),
        theirs,
    )


def _refuse_nothing(reader: ColumnReader, amounts: Mapping[str, FloatArray]) -> None:
    if not reader.problems and not any(column.any() for column in amounts.values()):
        reader.file_problem("has no amount above 0", "give at least one benefit")


def _current_members(reader: ColumnReader, *, has_payrolls: bool) -> FloatArray | None:
    """Contributions of current members, as given, else members' plus the employer's by payroll."""
    if CURRENT_MEMBERS in reader:
        return reader.amounts(CURRENT_MEMBERS, _AMOUNT)
    if not has_payrolls:
        return None
    payroll, total, members, employer = (reader.amounts(n, _AMOUNT) for n in PAYROLL_COLUMNS)
    for row in np.flatnonzero((payroll > total) | ((total == 0) & (employer > 0))):
        what = f"{total[row]:,.0f} is less than the payroll of current members, or 0"
        reader.problem(int(row), "payroll_total", what, "give the payroll of all members")
    share = np.divide(payroll, total, out=np.zeros(len(total)), where=total > 0)
    return read_only(members + employer * share)


def _first_year(key: str, years: PlanYears, conventions: CashFlowConventions) -> int:
    """The label of the first year ahead, whether or not anything is due in it."""
    as_of = conventions.as_of or conventions.valuation_date
    if key == "year":
        return replace(years, valuation_date=as_of).first_end.year
    if key == "date":
        return as_of.year + 1
    elapsed = as_of.year - conventions.valuation_date.year
    complete = add_months(conventions.valuation_date, MONTHS_PER_YEAR * elapsed) <= as_of
    return 1 + elapsed - (0 if complete else 1)


def _time_column(reader: ColumnReader) -> str:
    given = [name for name in _ROWS_OF if name in reader]
    if len(given) == 1:
        return given[0]
    what = (
        f"has the columns {' and '.join(given)}" if given else "has no column year, period or date"
    )
    return refuse(reader.table.source, what, "give exactly one of year, period, date")


def _timing(reader: ColumnReader, key: str, declared: Timing | None) -> Timing:
    if key == "date":
        if declared not in (None, Timing.DATED):
            what = f'has dates, but timing = "{declared}"'
            reader.file_problem(what, 'write timing = "dated", or give years')
        return Timing.DATED
    if declared is Timing.DATED:
        what = f'has a column {key}, but timing = "dated"'
        reader.file_problem(what, 'write timing = "mid_year" or another, or give dates')
    if declared is None:
        message = f"{reader.table.source}: timing is not declared; mid_year was used"
        reader.cautions.append(Caution("timing_default", message))
    return declared or Timing.MID_YEAR


def _group(text: str) -> str:
    lowered = text.lower()
    return lowered if lowered in GROUPS else text


def _one_currency(reader: ColumnReader, currency: str) -> None:
    if "currency" not in reader:
        return
    for row, code in enumerate(reader.texts("currency")):
        if code and code.upper() != currency:
            what = f"is {code!r}, but the plan's currency is {currency}"
            reader.problem(row, "currency", what, "convert them; currencies are never added")


@dataclass(frozen=True, slots=True)
class _Owners:
    """The member group of each row and the index its amounts are linked to."""

    groups: list[str]
    tags: list[str]

    @property
    def names(self) -> list[str]:
        """What may stand once a year: a group, or its amounts linked to one index."""
        pairs = zip(self.groups, self.tags, strict=True)
        return [f"{group} linked to {tag}".strip() if tag else group for group, tag in pairs]


def _rows(reader: ColumnReader, key: str, owners: _Owners, years: PlanYears) -> list[FlowRow]:
    rows = _ROWS_OF[key](reader, years)
    if not any(f"{key}" in problem.where for problem in reader.problems):
        check_order(reader, key, rows, owners.names)
        if key != "date":
            check_gaps(reader, key, rows)
    return rows


def _say_dropped(
    reader: ColumnReader,
    rows: list[FlowRow],
    amounts: Mapping[str, FloatArray],
    valuation_date: dt.date,
) -> None:
    over = [index for index, row in enumerate(rows) if not row.points]
    if len(over) == len(rows):
        last = rows[-1].shown
        what = f"pays nothing after the valuation date {valuation_date} (last row: {last})"
        refuse(reader.table.source, what, "check the valuation date and the years of the file")
    if over:
        benefits = sum(float(amounts["benefits"][index]) for index in over)
        message = (
            f"{reader.table.source}: {len(over)} rows on or before {valuation_date} were left out "
            f"(benefits {benefits:,.2f})"
        )
        reader.cautions.append(Caution("past_flows", message))


def _say_shortened(reader: ColumnReader, key: str, rows: list[FlowRow], years: PlanYears) -> None:
    share = years.remaining_share
    if key == "year" and share < 1.0 and any(row.label == years.first_end.year for row in rows):
        message = (
            f"{reader.table.source}: the valuation date lies inside the plan year ending "
            f"{years.first_end}; {share:.2%} of that year's amounts, by days, were counted"
        )
        reader.cautions.append(Caution("partial_year", message))


def _flows(
    rows: list[FlowRow],
    owners: _Owners,
    amounts: Mapping[str, FloatArray],
    valuation_date: dt.date,
) -> CashFlows:
    points = [point for row in rows for point in row.points]
    owner = np.repeat(np.arange(len(rows)), [len(row.points) for row in rows])
    shares = np.array([point.share for point in points])
    kinds = [AMOUNT_COLUMNS[name] for name in amounts]
    count = len(kinds)
    flows = CashFlows.from_times(
        valuation_date,
        times=np.tile([point.time for point in points], count),
        dates=[point.day for point in points] * count,
        amounts=np.concatenate([column[owner] * shares for column in amounts.values()]),
        kinds=read_only(np.repeat(np.array(kinds, dtype=np.int64), len(points))),
        groups=np.tile(np.array(owners.groups, dtype=np.str_)[owner], count),
        labels=np.tile(np.array([row.label for row in rows])[owner], count),
    )
    return flows.linked_to(np.tile(np.array(owners.tags, dtype=np.str_)[owner], count))


def _revalued(
    reader: ColumnReader, flows: CashFlows, conventions: CashFlowConventions
) -> CashFlows:
    """The flows seen from `as_of`: whole years on an anniversary, actual days over 365 else."""
    as_of = conventions.as_of
    if as_of is None or as_of == conventions.valuation_date:
        return flows
    ahead = flows.dates > np.datetime64(as_of, "D")
    gone = flows.where(~ahead)
    if not ahead.any():
        what = f"pays nothing after {as_of}"
        refuse(reader.table.source, what, "choose an earlier date for --as-of")
    if len(gone):
        message = (
            f"{reader.table.source}: {np.count_nonzero(gone.amounts)} flows on or before {as_of} "
            "were dropped "
            f"(net {gone.net.total:,.2f})"
        )
        reader.cautions.append(Caution("past_flows", message))
    return _seen_from(flows, conventions)


def _seen_from(flows: CashFlows, conventions: CashFlowConventions) -> CashFlows:
    as_of = conventions.as_of
    if as_of is None or as_of == conventions.valuation_date:
        return flows
    kept = flows.where(flows.dates > np.datetime64(as_of, "D"))
    years = as_of.year - conventions.valuation_date.year
    if as_of == add_months(conventions.valuation_date, MONTHS_PER_YEAR * years):
        times = read_only(kept.times - years)
    else:
        times = years_between(as_of, kept.dates)
    return replace(kept, valuation_date=as_of, times=times)


def _understood(key: str, timing: Timing, unit: float, flows: CashFlows) -> str:
    net = flows.net
    totals = ", ".join(
        f"{kind.name.lower()} {flows.of_kind(kind).total:,.0f}"
        for kind in FlowKind
        if (flows.kinds == kind).any()
    )
    groups = ", ".join(name or "(no group)" for name in flows.group_names)
    linked = f"; linked to: {', '.join(flows.index_names)}" if flows.index_names else ""
    return (
        f"{len(net)} payment times by {key}, {timing}, {net.dates.min()} to {net.dates.max()}; "
        f"{totals}; unit {unit:g}; groups: {groups}{linked}"
    )
