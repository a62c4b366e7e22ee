"""Bad input through the command line: a sample plan, broken in one place, and what is said of it.

Every refusal leaves with exit code 2, names place, problem and remedy on standard error, prints
nothing on standard output (with --json: the error envelope there and nothing on standard error),
and never shows a traceback.  Ids are those of the fault list where it has one.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from tests.command_line import PLAN_COMMANDS, defease, edited, sample

Breaking = Callable[[Path], None]
FLOWS, PLAN, CURVE, BONDS = "cash_flows.csv", "plan.toml", "treasury.csv", "bonds.csv"


@dataclass(frozen=True)
class Fault:
    """A sample, how it is broken, and what must be said: where, what, and part of the remedy."""

    identifier: str
    broken: Breaking
    where: str
    what: str
    remedy: str = ""
    sample: str = "retiree"


def written(name: str, content: str | bytes) -> Breaking:
    """Put another file in the place of one."""
    data = content.encode() if isinstance(content, str) else content

    def broken(plan: Path) -> None:
        (plan / name).write_bytes(data)

    return broken


def changed(name: str, old: str, new: str) -> Breaking:
    """Change one place of a file."""
    return lambda plan: edited(plan / name, old, new)


def workbook(rows: list[list[object]]) -> Breaking:
    """The cash flows as a workbook as openpyxl writes it: formulas without stored results."""

    def broken(plan: Path) -> None:
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        for row in rows:
            sheet.append(row)
        stream = io.BytesIO()
        book.save(stream)
        (plan / "cash_flows.xlsx").write_bytes(stream.getvalue())
        edited(plan / PLAN, 'file = "cash_flows.csv"', 'file = "cash_flows.xlsx"')

    return broken


def old_workbook(plan: Path) -> None:
    """The cash flows as a file of an Excel before 2007."""
    (plan / "cash_flows.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99)
    edited(plan / PLAN, 'file = "cash_flows.csv"', 'file = "cash_flows.xlsx"')


def flows(identifier: str, rows: str, where: str, what: str, remedy: str = "") -> Fault:
    return Fault(identifier, written(FLOWS, rows), where, what, remedy)


def dated(identifier: str, rows: str, where: str, what: str, remedy: str = "") -> Fault:
    return Fault(identifier, written(FLOWS, rows), where, what, remedy, sample="college")


def curve(identifier: str, rows: str, where: str, what: str, remedy: str = "") -> Fault:
    return Fault(identifier, written(CURVE, rows), where, what, remedy)


def bond(identifier: str, row: str, where: str, what: str, remedy: str = "") -> Fault:
    header = "identifier,identifier_type,issuer,sector,rating,coupon,maturity,price"
    return Fault(identifier, written(BONDS, f"{header}\n{row}\n"), where, what, remedy)


def setting(identifier: str, old: str, new: str, where: str, what: str, remedy: str = "") -> Fault:
    return Fault(identifier, changed(PLAN, old, new), where, what, remedy)


FLOW = "cash_flows.csv: line 2, column benefits"
RATE = "discounting.planning_rate.rate"
FAULTS = [
    # --- files
    Fault("CLI-01-no-plan", lambda p: (p / PLAN).unlink(), "retiree", "holds no plan.toml", "init"),
    Fault("CLI-01-missing", lambda p: (p / FLOWS).unlink(), "liabilities.file", "no file", ""),
    Fault("CLI-01-curve", lambda p: (p / CURVE).unlink(), "discounting.treasury.file", "no file"),
    Fault("CLI-01-bonds", lambda p: (p / BONDS).unlink(), "matching.universe", "no file"),
    setting(
        "CLI-01-folder", 'file = "cash_flows.csv"', 'file = "."', "liabilities.file", "", "file"
    ),
    Fault(
        "CSV-03",
        written(FLOWS, b"period,benefits,note\n1,5,caf\xe9\n"),
        "cash_flows.csv: line 2",
        "0xE9",
    ),
    flows("CSV-04", "period;benefits\n1;1.000,50\n", FLOW, "decimal comma", "decimal"),
    flows("CSV-09", 'period,benefits\n1,5\n"2,6\n', "cash_flows.csv: line 3", "never closed"),
    flows("CSV-10", "period,benefits\n", "cash_flows.csv", "no rows"),
    flows("CSV-11-empty", "", "cash_flows.csv", "is empty"),
    flows("CSV-11-blank", " \n\n", "cash_flows.csv", "is empty"),
    flows("CSV-13", "period,payments\n1,5\n", "cash_flows.csv", "no column 'benefits'"),
    flows("ragged-long", "period,benefits\n1,5,9\n", "cash_flows.csv: line 2", "3 cells"),
    flows("ragged-short", "period,benefits\n1,5\n2\n", "cash_flows.csv: line 3", "1 cell"),
    Fault("NUL", written(FLOWS, b"period,benefits\n1,\x005\n"), "line 2", "NUL"),
    Fault(
        "formula-without-result",
        workbook([["period", "benefits"], [1, 50000], [2, "=B2*1.02"]]),
        "cash_flows.xlsx: Sheet!B3",
        "stored result",
        "save",
    ),
    Fault(
        "FIL-10",
        workbook([["period", "benefits"], [1, "50_000"]]),
        "cash_flows.xlsx: Sheet!B2",
        "underscore",
    ),
    Fault(
        "FIL-06",
        old_workbook,
        "cash_flows.xlsx",
        "old .xls",
        "xlsx",
    ),
    setting("FIL-19", '"cash_flows.csv"', '"../cash_flows.csv"', "liabilities.file", "inside"),
    # --- the plan file
    Fault("toml", changed(PLAN, '"individual"', "individual"), "plan.toml: line 7", "not valid"),
    Fault(
        "plan-not-utf8",
        written(PLAN, b'[plan]\nname = "caf\xe9"\n'),
        "plan.toml",
        "not UTF-8",
    ),
    setting(
        "unknown-key", "valuation_date", "valuaton_date", "plan.valuaton_date", "not a known",
        "did you mean 'valuation_date'?",
    ),
    setting(
        "unknown-section", "[exhaustion]", "[exhuastion]", "exhuastion", "not a known",
        "did you mean 'exhaustion'?",
    ),
    setting(
        "unknown-choice", '"end_of_year"', '"end_of_yaer"', "liabilities.timing", "end_of_yaer",
        "end_of_year",
    ),
    setting(
        "unknown-basis", 'headline_basis = "planning_rate"', 'headline_basis = "planing_rate"',
        "plan.headline_basis", "no basis named", "did you mean 'planning_rate'?",
    ),
    setting(
        "unknown-class", 'asset_class = "us_equity"', 'asset_class = "us_equities"',
        "assets.allocation", "us_equities", "did you mean 'us_equity'?",
    ),
    # --- numbers
    flows("NUM-01", "period,benefits\n1,1e400\n", FLOW, "not finite"),
    flows("NUM-02-nan", "period,benefits\n1,NaN\n", FLOW, "not a finite number"),
    flows("NUM-02-inf", "period,benefits\n1,inf\n", FLOW, "not a finite number"),
    setting("NUM-02-toml", "= 1050000", "= nan", "assets.market_value", "not a finite number"),
    setting("NUM-02-toml-inf", "= 1050000", "= -inf", "assets.market_value", "finite"),
    flows("NUM-04", "period,benefits\n1,5%\n", FLOW, "rate"),
    flows("NUM-06", "period,benefits\n1,\n", FLOW, "is empty"),
    flows("NUM-08", "period,benefits\n1,1e19\n", FLOW, "above 1e+18"),
    flows("underscore", "period,benefits\n1,1_000\n", FLOW, "underscore", "1000"),
    flows("negative", "period,benefits\n1,-5\n", FLOW, "-5 is below 0", "positive"),
    setting("NUM-10", "rate = 0.03", "rate = 5", RATE, "500%", "0.05"),
    setting("percent-as-decimal", "rate = 0.03", "rate = 6.5", RATE, "650%", "0.065"),
    curve("percent-in-decimals", "maturity_years,rate\n1,0.04\n9,0.05\n", CURVE, "below 0.30",
          "decimal"),
    Fault(
        "decimals-in-percent",
        lambda p: edited(p / PLAN, 'unit = "percent"', 'unit = "decimal"'),
        "treasury.csv: line 2, column rate",
        "%",
        "percent",
    ),
    curve("loss-of-everything", "maturity_years,rate\n1,-100%\n9,1%\n",
          "treasury.csv: line 2, column rate", "-100%"),
    setting("loss-of-everything-flat", "rate = 0.03", "rate = -1.0", RATE, "-1"),
    setting("NUM-13-thousandth", "weight = 0.40", "weight = 0.401", "assets.allocation",
            "weights sum to 1.001"),
    setting("NUM-13-missing", "weight = 0.40", "weight = 0.30", "assets.allocation",
            "weights sum to 0.9"),
    setting("NUM-13-percent", "weight = 0.40", "weight = 40", "assets.allocation", "40", "0.4"),
    flows("NUM-19", "period,currency,benefits\n1,USD,5\n2,EUR,5\n", "cash_flows.csv: line 3",
          "plan's currency", "convert"),
    # --- dates and years
    flows("duplicate-year", "period,benefits\n1,5\n1,5\n", "line 3, column period",
          "appears twice"),
    dated("DAT-03", "date,benefits\n03/04/2034,5\n", "line 2, column date", "4 March or 3 April",
          "YYYY-MM-DD"),
    dated("DAT-03-year", "date,benefits\n25/4/34,5\n", "line 2, column date", "two-digit year"),
    dated("DAT-05", "date,benefits\n45657,5\n", "line 2, column date", "serial day"),
    dated("unsorted", "date,benefits\n2035-01-31,5\n2034-01-31,5\n", "line 3", "comes after",
          "sort"),
    dated("no-such-day", "date,benefits\n2034-02-30,5\n", "line 2, column date", "2034-02-30"),
    dated("DAT-06", "date,benefits\n2024-01-31,5\n", "cash_flows.csv", "after the valuation date"),
    Fault(
        "valued-after-the-last-payment",
        changed(PLAN, "valuation_date = 2025-12-31", "valuation_date = 2045-12-31"),
        "cash_flows.csv",
        "after the valuation date",
        sample="college",
    ),
    setting("DAT-16", '"end_of_year"', '"dated"', "cash_flows.csv", "dated", "timing"),
    # --- curves and bonds
    curve("CUR-01", "maturity_years,rate\n", "treasury.csv", "no rows"),
    curve("curve-unsorted", "maturity_years,rate\n9,4\n1,4\n", "treasury.csv: line 3",
          "comes after", "sort"),
    curve("CUR-05", "maturity_years,yield\n1,4\n9,4\n", "treasury.csv", "no column 'rate'"),
    bond("CSV-21", "9.13E+15,cusip,A,Energy,AA,0.04,2030-06-30,99", "line 2, column identifier",
         "scientific"),
    bond("CSV-21-zero", "37833100,cusip,A,Energy,AA,0.04,2030-06-30,99",
         "line 2, column identifier", "leading zero"),
    bond("CUR-06-coupon", "a,other,A,Energy,AA,-0.01,2030-06-30,99", "column coupon", "negative"),
    bond("CUR-06-price", "a,other,A,Energy,AA,0.04,2030-06-30,-99", "column price", "below 0"),
    bond("CUR-07", "a,other,A,Energy,AA,0.04,2030-06-30,99-16+", "column price", "32nds",
         "decimal"),
    bond("coupon-in-percent", "a,other,A,Energy,AA,4.5,2030-06-30,99", "column coupon", "450%",
         "_pct"),
]  # fmt: skip


@pytest.fixture
def broken(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Fault, Path]:
    fault: Fault = request.param
    plan = sample(tmp_path, fault.sample)
    fault.broken(plan)
    return fault, plan


def assert_said(fault: Fault, problems: list[dict[str, str]]) -> None:
    assert all(set(p) == {"where", "what", "remedy"} for p in problems)
    assert all(p["where"] and p["what"] and p["remedy"] for p in problems)
    assert any(
        fault.where in p["where"]
        and fault.what in f"{p['what']}; {p['remedy']}"
        and fault.remedy in p["remedy"]
        for p in problems
    ), problems


@pytest.mark.parametrize("broken", FAULTS, indirect=True, ids=lambda fault: fault.identifier)
def test_refused_in_words_and_in_json(broken: tuple[Fault, Path]) -> None:
    fault, plan = broken
    in_json = defease("check", plan, "--json")
    assert (in_json.code, in_json.err) == (2, "")
    assert in_json.json["error"]["code"] == "input"
    assert_said(fault, in_json.problems)
    in_words = defease("value", plan)
    assert (in_words.code, in_words.out) == (2, "")
    expected = [f"defease: {p['where']}: {p['what']}; {p['remedy']}" for p in in_json.problems]
    assert in_words.err.splitlines() == expected


@pytest.mark.parametrize("command", PLAN_COMMANDS)
def test_every_command_refuses_and_writes_no_file(tmp_path: Path, command: str) -> None:
    plan = sample(tmp_path, "bullet")
    written(FLOWS, "period,benefits\n20,1e400\n")(plan)
    answer = defease(command, plan, "-o", tmp_path / "r.html")
    assert (answer.code, answer.out) == (2, "")
    assert "not finite" in answer.err
    assert not (tmp_path / "r.html").exists()


def test_problems_of_several_files_come_together(tmp_path: Path) -> None:
    plan = sample(tmp_path, "retiree")
    written(FLOWS, "period,benefits\n1,abc\n2,-5\n")(plan)
    written(CURVE, "maturity_years,rate\n1,4\n2,oops\n")(plan)
    edited(plan / "assumptions.toml", "risk_free = ", "riskfree = ")
    answer = defease("check", plan, "--json")
    assert answer.code == 2
    files = [problem["where"].split(":")[0] for problem in answer.problems]
    assert {FLOWS: files.count(FLOWS), CURVE: files.count(CURVE)} == {FLOWS: 2, CURVE: 1}
    assert "assumptions.toml" in files


def test_problems_of_the_plan_file_come_together(tmp_path: Path) -> None:
    plan = sample(tmp_path, "retiree")
    edited(plan / PLAN, "years = 25", "years = -3")
    edited(plan / PLAN, "rate = 0.03", "rate = 3")
    edited(plan / PLAN, 'currency = "USD"', 'curency = "USD"')
    wheres = " ".join(p["where"] for p in defease("value", plan, "--json").problems)
    assert "matching.years" in wheres
    assert "discounting.planning_rate.rate" in wheres
    assert "plan.curency" in wheres
