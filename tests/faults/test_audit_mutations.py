"""Every cause put into clean tables: the audit must name the right column, rows and cause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from defease.cashflows import Timing
from defease.funding.audit import Cause, Finding
from tests.faults.audit_plans import (
    FUNDED,
    POINTS,
    TOTAL,
    UNFUNDED,
    Printed,
    discount,
    growth,
    plan,
    roll,
    values,
)

PLANS = {
    "rich, dollars": plan(0, wealth=1.2, timing=Timing.MID_YEAR),
    "poor, thousands": plan(1, wealth=0.5, unit=1000.0, timing=Timing.END_OF_YEAR, summed=True),
    "poor, cents, single rate": plan(2, wealth=0.6, unit=0.01, timing=Timing.MONTHLY, single=True),
    "short": plan(4, rows=12, wealth=1.1, timing=Timing.START_OF_YEAR),
}
COLUMNS = tuple(PLANS["rich, dollars"].columns)
SURE = ("payroll_total", "contributions_employer", "contributions", "opening", "closing")


@pytest.fixture(params=PLANS, ids=list(PLANS))
def printed(request: pytest.FixtureRequest) -> Printed:
    return PLANS[request.param]


def only(findings: tuple[Finding, ...]) -> Finding:
    assert len(findings) == 1, [(f.column, f.rows, f.likely_cause) for f in findings]
    return findings[0]


def label(table: Printed, row: int) -> int:
    return int(table.years[row])


def amount_row(table: Printed, column: str) -> int:
    """A row whose amount is large enough for a slip, while assets last so that all lines hold."""
    large = abs(table.columns[column]) > 20 * table.unit
    alive = (table.columns["closing"] > 0) | (column == UNFUNDED)
    usable = [int(i) for i in np.flatnonzero(large & alive) if 1 <= i < len(table.years) - 2]
    return usable[len(usable) // 3]


def has_amounts(table: Printed, column: str) -> bool:
    return int(np.count_nonzero(table.columns[column])) > 4


CASES = [
    pytest.param(table, column, id=f"{name}: {column}")
    for name, table in PLANS.items()
    for column in COLUMNS
    if has_amounts(table, column)
]


def test_the_plans_are_clean(printed: Printed) -> None:
    assert printed.audit().findings == ()
    assert printed.with_totals().audit().findings == ()


@pytest.mark.parametrize(("printed", "column"), CASES)
def test_one_wrong_figure(printed: Printed, column: str) -> None:
    row = amount_row(printed, column)
    finding = only(printed.changed(column, row, 31415 * printed.unit).audit().findings)
    assert (finding.column, finding.rows) == (column, (label(printed, row),))
    assert finding.cause is (Cause.BROKEN_CHAIN if column == "opening" else Cause.TYPO)
    assert finding.largest_difference == pytest.approx(31415 * printed.unit, abs=5 * printed.unit)


@pytest.mark.parametrize("size", [2, -2, 3, 90, -2700])
@pytest.mark.parametrize("column", SURE)
def test_small_slips_from_two_units_on(column: str, size: int) -> None:
    table = plan(8, wealth=1.2, summed=True)
    finding = only(table.changed(column, 9, size).audit().findings)
    assert finding.rows[0] in {label(table, 9), label(table, 10)}
    assert finding.column == column
    assert finding.cause in {Cause.TYPO, Cause.BROKEN_CHAIN}


@pytest.mark.parametrize(("printed", "column"), CASES)
def test_one_figure_with_the_opposite_sign(printed: Printed, column: str) -> None:
    row = amount_row(printed, column)
    by = -2 * printed.columns[column][row]
    finding = only(printed.changed(column, row, by).audit().findings)
    assert (finding.column, finding.rows) == (column, (label(printed, row),))
    assert finding.cause is Cause.SIGN


@pytest.mark.parametrize(("printed", "column"), CASES)
def test_a_column_with_the_opposite_sign(printed: Printed, column: str) -> None:
    turned = printed.with_column(column, -printed.columns[column])
    finding = only(turned.audit().findings)
    assert (finding.column, finding.cause) == (column, Cause.SIGN)
    assert finding.fit >= 0.95


@pytest.mark.parametrize("factor", [1e3, 1e-3])
@pytest.mark.parametrize("column", COLUMNS)
def test_rows_in_another_unit(column: str, factor: float) -> None:
    table = PLANS["rich, dollars"]
    table = table if has_amounts(table, column) else plan(5, wealth=0.7)
    row = amount_row(table, column)
    rows = slice(row, row + 3)
    changed = table.columns[column].copy()
    changed[rows] *= factor
    finding = only(table.with_column(column, changed).audit().findings)
    assert (finding.column, finding.cause) == (column, Cause.UNIT)
    assert finding.rows == tuple(int(y) for y in table.years[rows])


@pytest.mark.parametrize(("printed", "column"), CASES)
def test_a_column_in_thousands(printed: Printed, column: str) -> None:
    finding = only(printed.with_column(column, printed.columns[column] / 1000).audit().findings)
    assert (finding.column, finding.cause) == (column, Cause.UNIT)


def test_swapped_digits_are_recognised() -> None:
    table = PLANS["rich, dollars"]
    row = amount_row(table, "earnings")
    digits = str(int(table.columns["earnings"][row]))
    place = next(i for i in range(2, len(digits) - 1) if digits[i] != digits[i + 1])
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    by = float(swapped) - table.columns["earnings"][row]
    finding = only(table.changed("earnings", row, by).audit().findings)
    assert finding.cause is Cause.TYPO
    assert "swapped" in finding.likely_cause


def net(table: Printed) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    c = table.columns
    return np.asarray(c["benefits"] + c["expenses"] - c["contributions"])


def rerolled(table: Printed, rate: float, timing: Timing) -> Printed:
    opening, earnings, closing = roll(table.columns["opening"][0], net(table), rate, timing)
    p = table.print_
    rolled = {"opening": p(opening), "earnings": p(earnings), "closing": p(closing)}
    return replace(table, columns={**table.columns, **rolled})


@pytest.mark.parametrize("timing", POINTS)
def test_another_timing_throughout(timing: Timing) -> None:
    table = PLANS["rich, dollars"]
    if timing is table.timing:
        assert rerolled(table, table.rate, timing).audit().findings == ()
        return
    finding = only(rerolled(table, table.rate, timing).audit().findings)
    assert (finding.column, finding.cause) == ("earnings", Cause.TIMING)
    assert len(finding.rows) >= 0.95 * len(table.years)


def test_another_timing_in_the_earnings_alone(printed: Printed) -> None:
    other = next(t for t in (Timing.END_OF_YEAR, Timing.MID_YEAR) if t is not printed.timing)
    wrong = printed.rate * printed.columns["opening"] - net(printed) * (
        growth(printed.rate, other) - 1
    )
    alive = printed.columns["closing"] > 0
    column = np.where(alive, printed.print_(wrong), printed.columns["earnings"])
    finding = only(printed.with_column("earnings", column).audit().findings)
    assert (finding.column, finding.cause) == ("earnings", Cause.TIMING)


def test_another_return_throughout() -> None:
    table = PLANS["rich, dollars"]
    finding = only(rerolled(table, table.rate + 0.0025, table.timing).audit().findings)
    assert (finding.column, finding.cause) == ("earnings", Cause.RATE)
    assert f"{table.rate + 0.0025:.6g}" in finding.likely_cause


def continued(table: Printed, row: int, *, rate: float, extra: float = 0.0) -> Printed:
    """The table carried on from a row at another return, or from another opening balance."""
    start = float(table.columns["closing"][row - 1]) + extra
    opening, earnings, closing = roll(start, net(table)[row:], rate, table.timing)
    columns = dict(table.columns)
    for name, tail in (("opening", opening), ("earnings", earnings), ("closing", closing)):
        columns[name] = np.concatenate([columns[name][:row], table.print_(tail)])
    return replace(table, columns=columns)


def test_a_return_that_changes_at_a_year() -> None:
    table = PLANS["rich, dollars"]
    finding = only(continued(table, 30, rate=table.rate - 0.004).audit().findings)
    assert (finding.column, finding.cause) == ("earnings", Cause.RATE_CHANGE)
    assert finding.rows == tuple(int(y) for y in table.years[30:])


def test_a_broken_chain_that_persists() -> None:
    table = PLANS["rich, dollars"]
    finding = only(continued(table, 20, rate=table.rate, extra=4.5e6).audit().findings)
    assert (finding.column, finding.cause) == ("opening", Cause.BROKEN_CHAIN)
    assert finding.rows == (label(table, 20),)
    assert finding.largest_difference == pytest.approx(4.5e6, abs=2)
    assert "carry it on" in finding.likely_cause


@pytest.mark.parametrize("name", ["contributions", "benefits", "expenses", "earnings"])
@pytest.mark.parametrize(("times", "cause"), [(-1, Cause.LEFT_OUT), (1, Cause.COUNTED_TWICE)])
def test_a_column_left_out_or_counted_twice(name: str, times: int, cause: Cause) -> None:
    table = plan(3, wealth=3.0)
    sign = 1 if name in {"contributions", "earnings"} else -1
    balance, rows = float(table.columns["opening"][0]), []
    for n, other in zip(net(table), table.columns[name], strict=True):
        earned = table.rate * balance - n * (growth(table.rate, table.timing) - 1)
        amount = earned if name == "earnings" else other
        closing = balance - n + earned + sign * times * amount
        rows.append((balance, earned, closing))
        balance = closing
    columns = dict(table.columns)
    parts = np.array(rows)
    for name_, part in zip(("opening", "earnings", "closing"), parts.T, strict=True):
        columns[name_] = table.print_(part)
    finding = only(replace(table, columns=columns).audit().findings)
    assert (finding.column, finding.cause) == ("closing", cause)
    assert name in finding.likely_cause


@pytest.mark.parametrize("shift", [-1.0, -0.5, 0.5, 1.0])
def test_a_shifted_exponent(printed: Printed, shift: float) -> None:
    share = (printed.columns[UNFUNDED] == 0).astype(float)
    shifted = values(printed.columns["benefits"], share, printed, single=False, shift=shift)
    column = printed.print_(shifted[FUNDED])
    finding = only(printed.with_column(FUNDED, column).without(TOTAL).audit().findings)
    assert (finding.column, finding.cause) == (FUNDED, Cause.EXPONENT)
    changed = printed.years[column != printed.columns[FUNDED]]
    assert set(changed.astype(int)) - set(finding.rows) <= set(changed.astype(int)[-3:])
    assert finding.affects_result


def test_an_exponent_shifted_from_a_year_on() -> None:
    table = PLANS["rich, dollars"]
    late = np.arange(len(table.years)) >= 20
    column = np.where(late, table.columns[FUNDED] / (1 + table.rate), table.columns[FUNDED])
    changed = table.with_column(FUNDED, table.print_(column)).without(TOTAL)
    finding = only(changed.audit().findings)
    assert (finding.column, finding.cause) == (FUNDED, Cause.EXPONENT)
    assert finding.rows[0] == label(table, 20)


def test_another_discount_rate(printed: Printed) -> None:
    rate = printed.rate + 0.0025
    funded = printed.columns[UNFUNDED] == 0
    column = funded * printed.columns["benefits"] * discount(rate, printed.timing, len(funded))
    changed = printed.with_column(FUNDED, printed.print_(column)).without(TOTAL)
    finding = only(changed.audit().findings)
    assert (finding.column, finding.cause) == (FUNDED, Cause.RATE)
    assert f"{rate:.6g}" in finding.likely_cause


def test_funded_and_unfunded_swapped(printed: Printed) -> None:
    rows = slice(3, 6)
    columns = {name: printed.columns[name].copy() for name in (FUNDED, UNFUNDED)}
    for one, other in ((FUNDED, UNFUNDED), (UNFUNDED, FUNDED)):
        columns[one][rows] = printed.columns[other][rows]
    found = replace(printed, columns={**printed.columns, **columns}).audit().findings
    assert {f.column for f in found} == {FUNDED, UNFUNDED}
    assert {f.cause for f in found} == {Cause.SWAPPED}
    assert {f.rows for f in found} == {tuple(int(y) for y in printed.years[rows])}


def test_a_total_at_another_single_rate() -> None:
    table = PLANS["poor, cents, single rate"]
    column = table.columns["benefits"] * discount(0.0512, table.timing, len(table.years))
    finding = only(table.with_column(TOTAL, table.print_(column)).audit().findings)
    assert (finding.column, finding.cause) == (TOTAL, Cause.RATE)


def test_an_employer_rate_that_changes_at_a_year() -> None:
    table = PLANS["rich, dollars"]
    late = np.arange(len(table.years)) >= 25
    column = np.where(late, 1.1, 1.0) * table.columns["contributions_employer"]
    changed = table.with_column("contributions_employer", table.print_(column))
    finding = only(changed.audit().findings)
    assert (finding.column, finding.cause) == ("contributions_employer", Cause.RATE)
    assert finding.rows == tuple(int(y) for y in table.years[25:])


def test_contributions_on_the_wrong_payroll() -> None:
    table = PLANS["rich, dollars"]
    c = table.columns
    rate = round(float(np.median(c["contributions_employer"] / c["payroll_total"])), 4)
    column = table.print_(rate * c["payroll_current"])
    finding = only(table.with_column("contributions_employer", column).audit().findings)
    assert (finding.column, finding.cause) == ("contributions_employer", Cause.PAYROLL_BASIS)


def test_future_members_left_out_of_contributions() -> None:
    table = PLANS["rich, dollars"]
    c = table.columns
    changed = c["contributions_members"] + c["contributions_employer"]
    finding = only(table.with_column("contributions", changed).audit().findings)
    assert (finding.column, finding.cause) == ("contributions", Cause.FUTURE_MEMBERS)


TWO: dict[str, Callable[[Printed], tuple[Printed, set[tuple[str, Cause]]]]] = {
    "two figures of one row": lambda t: (
        t.changed("benefits", 5, 123456 * t.unit).changed("opening", 5, -777777 * t.unit),
        {("benefits", Cause.TYPO), ("opening", Cause.BROKEN_CHAIN)},
    ),
    "two figures of other rows": lambda t: (
        t.changed("earnings", 2, 4321 * t.unit).changed("contributions", 6, -98765 * t.unit),
        {("earnings", Cause.TYPO), ("contributions", Cause.TYPO)},
    ),
    "a shifted column and a figure": lambda t: (
        t.with_column(FUNDED, t.print_(t.columns[FUNDED] * (1 + t.rate) ** 0.5))
        .without(TOTAL)
        .changed("closing", 5, -777777 * t.unit),
        {(FUNDED, Cause.EXPONENT), ("closing", Cause.TYPO)},
    ),
    "a sign and a unit": lambda t: (
        t.changed("benefits", 4, -2 * t.columns["benefits"][4]).with_column(
            "closing", t.columns["closing"] / 1000
        ),
        {("benefits", Cause.SIGN), ("closing", Cause.UNIT)},
    ),
}


@pytest.mark.parametrize("case", TWO)
def test_two_slips_at_once(printed: Printed, case: str) -> None:
    changed, expected = TWO[case](printed)
    found = {(f.column, f.cause) for f in changed.audit().findings}
    assert found == expected


def test_a_slip_that_decides_the_result_ranks_first() -> None:
    table = PLANS["poor, thousands"]
    changed = table.changed("payroll_current", 4, 5e8).with_column(
        FUNDED, table.print_(table.columns[FUNDED] * (1 + table.rate) ** 0.5)
    )
    first, *rest = changed.without(TOTAL).audit().findings
    assert (first.column, first.affects_result) == (FUNDED, True)
    assert [f.column for f in rest] == ["payroll_current"]
    assert not rest[0].affects_result


def test_noise_is_not_given_a_name() -> None:
    names = ("benefits", "expenses", "contributions", "closing")
    table = PLANS["rich, dollars"].only(*names)
    rng = np.random.default_rng(7)
    wild = table.columns["closing"] * rng.uniform(0.97, 1.03, len(table.years))
    finding = only(table.with_column("closing", table.print_(wild)).audit().findings)
    assert (finding.column, finding.cause, finding.fit) == ("closing", Cause.UNEXPLAINED, 0.0)
    assert len(finding.rows) > 40
