"""Bad input through the whole reading of a plan: place, what and remedy, never a guess.

The ids are those of the project's list of faults (../shared/cases/faults.json) where the case is on
it, and FILE-... where it comes from the rule that every new field brings its own faults.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from defease.errors import InputError
from defease.inputs.plan import Plan, read_plan
from tests.shared_files import shared_json
from tests.unit.inputs.building import PLAN, part_of, plan_folder, sheet_of, with_part

CURVE = """
[[discounting]]
name = "treasury"
method = "curve"
file = "treasury.csv"
quote = "spot"
compounding = "annual"
"""
BONDS = '[matching]\nuniverse = "bonds.csv"\n'
HEAD = "identifier,rating,coupon,maturity,price"
XLSX = PLAN.replace("cash_flows.csv", "cash_flows.xlsx")
DATED = PLAN.replace("mid_year", "dated")
FLAT_RATE = "rate = 0.05"


@dataclass(frozen=True)
class Fault:
    """A spoilt plan folder, and what must be said about it."""

    identifier: str
    where: str
    said: str
    plan: str = PLAN
    files: dict[str, bytes] = field(default_factory=dict)


def flows(
    identifier: str, content: str | bytes, where: str, said: str, *, plan: str = PLAN
) -> Fault:
    data = content.encode() if isinstance(content, str) else content
    return Fault(identifier, where, said, plan, {"cash_flows.csv": data})


def setting(identifier: str, plan: str, where: str, said: str) -> Fault:
    return Fault(identifier, where, said, plan)


def curve(identifier: str, content: str, where: str, said: str, *, unit: str = "") -> Fault:
    files = {"treasury.csv": content.encode()}
    return Fault(identifier, where, said, PLAN + CURVE + unit, files)


def bonds(identifier: str, content: str, where: str, said: str) -> Fault:
    return Fault(identifier, where, said, PLAN + BONDS, {"bonds.csv": content.encode()})


def book(identifier: str, data: bytes, where: str, said: str) -> Fault:
    return Fault(identifier, where, said, XLSX, {"cash_flows.xlsx": data})


FLOW = "cash_flows.csv: line 2, column benefits"
FAULTS = [
    flows("CSV-03", "year,benefits,n\n2026,1,caf\u00e9\n".encode("latin-1"), "line 2", "0xE9"),
    flows("CSV-04", "year;benefits\n2026;1.000,50\n", FLOW, "decimal comma"),
    flows("CSV-09", 'year,benefits\n2026,1\n"2027,2\n', "line 3", "never closed"),
    flows("CSV-10", "year,benefits\n", "cash_flows.csv", "no rows"),
    flows("CSV-11-empty", "", "cash_flows.csv", "is empty"),
    flows("CSV-11-blank", " \n\n", "cash_flows.csv", "is empty"),
    flows("CSV-13", "year,payments\n2026,1\n", "cash_flows.csv", "no column 'benefits'"),
    flows("CSV-14", "year,benefits,BENEFITS \n2026,1,2\n", "column 3", "same column"),
    flows("CSV-17", "year,benefits\n" + "2026,1\n" * 250_001, "cash_flows.csv", "at most 250,000"),
    flows(
        "CSV-19",
        ",".join(f"c{i}" for i in range(10_000)) + "\n" + "," * 9_999,
        "cash_flows",
        "column",
    ),
    flows("FILE-ragged", "year,benefits\n2026,1,9\n", "line 2", "3 cells where the header has 2"),
    flows("FILE-nul", b"year,benefits\n2026,\x001\n", "line 2", "NUL"),
    bonds("CSV-21", f"{HEAD}\n9.13E+15,AA,0.04,2030-06-30,99\n", "column identifier", "scientific"),
    bonds(
        "CSV-21-zero",
        f"{HEAD}\n37833100,AA,0.04,2030-06-30,99\n",
        "column identifier",
        "leading zero",
    ),
    flows("NUM-01", "year,benefits\n2026,1e400\n", FLOW, "not finite"),
    flows("NUM-02-nan", "year,benefits\n2026,NaN\n", FLOW, "not a finite number"),
    flows("NUM-02-inf", "year,benefits\n2026,-Infinity\n", FLOW, "not a finite number"),
    setting(
        "NUM-02-toml", PLAN.replace("1000.0", "nan"), "assets.market_value", "not a finite number"
    ),
    flows("NUM-04", "year,benefits\n2026,5%\n", FLOW, "written as a rate"),
    flows("NUM-06", "year,benefits\n2026,\n", FLOW, "is empty"),
    flows("NUM-08", "year,benefits\n2026,1e19\n", FLOW, "above 1e+18"),
    setting("NUM-10", PLAN.replace(FLAT_RATE, "rate = 5"), "discounting.flat.rate", "500%"),
    setting("NUM-10-6.5", PLAN.replace(FLAT_RATE, "rate = 6.5"), "discounting.flat.rate", "0.065"),
    setting(
        "NUM-13",
        PLAN + '[[assets.allocation]]\nasset_class = "a"\nweight = 100\n',
        "assets.allocation",
        "look like percents",
    ),
    setting(
        "NUM-13-thousandth",
        PLAN + '[[assets.allocation]]\nasset_class = "a"\nweight = 0.999\n',
        "assets.allocation",
        "weights sum to 0.999",
    ),
    flows(
        "NUM-19", "year,currency,benefits\n2026,USD,1\n2027,EUR,1\n", "line 3", "plan's currency"
    ),
    flows("FILE-underscore", "year,benefits\n2026,1_000\n", FLOW, "underscore"),
    flows("FILE-digits", "year,benefits\n2026,\uff11\uff12\n", FLOW, "U+FF11"),
    flows("FILE-negative", "year,benefits\n2026,-5\n", FLOW, "-5 is below 0"),
    flows(
        "FILE-duplicate", "year,benefits\n2026,1\n2026,1\n", "line 3, column year", "appears twice"
    ),
    flows(
        "FILE-unsorted",
        "date,benefits\n2028-01-31,1\n2027-01-31,1\n",
        "line 3",
        "comes after",
        plan=DATED,
    ),
    flows(
        "FILE-past", "year,benefits\n2024,1\n2025,1\n", "cash_flows.csv", "after the valuation date"
    ),
    flows(
        "DAT-03",
        "date,benefits\n03/04/2027,1\n",
        "line 2, column date",
        "4 March or 3 April",
        plan=DATED,
    ),
    flows(
        "DAT-03-short",
        "date,benefits\n25/4/27,1\n",
        "line 2, column date",
        "two-digit year",
        plan=DATED,
    ),
    flows(
        "DAT-05-csv", "date,benefits\n45657,1\n", "line 2, column date", "serial day", plan=DATED
    ),
    flows("DAT-16", "year,benefits\n2026,1\n", "cash_flows.csv", "timing", plan=DATED),
    curve("CUR-01", "maturity_years,rate\n", "treasury.csv", "no rows"),
    curve("CUR-05-unit", "maturity_years,rate\n1,4.5\n", "line 2, column rate", "450%"),
    curve(
        "FILE-percent",
        "maturity_years,rate\n1,0.04\n2,0.05\n",
        "treasury.csv",
        "below 0.30",
        unit='unit = "percent"\n',
    ),
    curve("FILE-loss", "maturity_years,rate\n1,-100%\n", "line 2, column rate", "-100%"),
    bonds("CUR-06-coupon", f"{HEAD}\na,AA,-0.01,2030-06-30,99\n", "column coupon", "negative"),
    bonds("CUR-06-price", f"{HEAD}\na,AA,0.04,2030-06-30,-99\n", "column price", "below 0"),
    bonds("CUR-06-zero", f"{HEAD}\na,AA,0.04,2030-06-30,0\n", "bonds.csv", "no bond with a price"),
    bonds("CUR-07", f"{HEAD}\na,AA,0.04,2030-06-30,99-16+\n", "column price", "32nds"),
    book(
        "FIL-01",
        with_part(sheet_of(["year"], [1]), "xl/media/big", b" " * 70_000_000),
        "xlsx",
        "MiB",
    ),
    book(
        "FIL-05-entity",
        with_part(
            sheet_of(["a"], [1]), "xl/worksheets/sheet1.xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"
        ),
        "cash_flows.xlsx",
        "entities",
    ),
    book(
        "FIL-05-macro", with_part(sheet_of(["a"], [1]), "xl/vbaProject.bin", b"x"), "xlsx", "macros"
    ),
    book("FIL-06-xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "xlsx", "old .xls"),
    book(
        "FIL-06-password",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "xlsx",
        "password",
    ),
    book(
        "FIL-10-text", sheet_of(["year", "benefits"], ["2026", "1_000"]), "Sheet1!B2", "underscore"
    ),
    book(
        "FILE-formula", sheet_of(["year", "benefits"], [2026, "=1+1"]), "Sheet1!B2", "stored result"
    ),
    book("FILE-error", sheet_of(["year", "benefits"], [2026, "#DIV/0!"]), "Sheet1!B2", "#DIV/0!"),
    setting(
        "FIL-19-parent", PLAN.replace("cash_flows", "../cash_flows"), "liabilities.file", "inside"
    ),
    setting(
        "FIL-19-home", PLAN.replace("cash_flows", "~/cash_flows"), "liabilities.file", "inside"
    ),
    setting(
        "FIL-19-unc",
        PLAN.replace("cash_flows", "//server/x/cash_flows"),
        "liabilities.file",
        "inside",
    ),
    setting(
        "CLI-01-missing", PLAN.replace("cash_flows", "cash_flow"), "liabilities.file", "no file"
    ),
    setting(
        "CLI-01-key",
        PLAN.replace("valuation_date", "valuaton_date"),
        "plan.valuaton_date",
        "not a known",
    ),
    setting(
        "FILE-toml", PLAN.replace('"Test plan"', "Test plan"), "plan.toml: line 3", "not valid TOML"
    ),
    setting(
        "FILE-source",
        PLAN.replace("[liabilities]", '[liabilities]\nsource = "census"'),
        "liabilities.source",
        "not available in this version",
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.identifier)
def test_refused_with_place_what_and_remedy(fault: Fault, tmp_path: Path) -> None:
    folder = plan_folder(tmp_path, plan=fault.plan)
    for name, data in fault.files.items():
        (folder / name).write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_plan(folder)
    problems = caught.value.problems
    assert all(problem.where and problem.what and problem.remedy for problem in problems)
    assert any(
        fault.where in p.where and fault.said in f"{p.what}; {p.remedy}" for p in problems
    ), str(caught.value)
    assert "Traceback" not in str(caught.value)


def read_flows(folder: Path, content: str | bytes, *, plan: str = PLAN) -> Plan:
    return read_plan(plan_folder(folder, plan=plan, cash_flows=content))


def test_csv_01_byte_order_mark(tmp_path: Path) -> None:
    assert read_flows(tmp_path, b"\xef\xbb\xbfyear,benefits\n2026,1\n").cash_flows.net.total == 1.0


def test_csv_05_tabs_are_detected_and_said(tmp_path: Path) -> None:
    plan = read_flows(tmp_path, "year\tbenefits\n2026\t1\n")
    assert "delimiter" in [c.code for c in plan.cautions]


def test_csv_08_quoted_line_end(tmp_path: Path) -> None:
    plan = read_flows(tmp_path, 'year,benefits,group\n2026,"1,000","a,\nb"\n')
    assert plan.cash_flows.group_names == ("a,\nb",)
    assert plan.cash_flows.net.total == 1000.0


def test_csv_13_unknown_columns_are_listed(tmp_path: Path) -> None:
    plan = read_flows(tmp_path, "year,benefits,remark\n2026,1,x\n")
    assert any(c.code == "unknown_columns" and "remark" in c.message for c in plan.cautions)


def test_num_04_parsed_by_rule(tmp_path: Path) -> None:
    assert read_flows(tmp_path, 'year,benefits\n2026,"$1,000"\n').cash_flows.net.total == 1000.0


@pytest.mark.parametrize("amount", [1e-320, 1e15, 1e18])
def test_num_08_extreme_amounts_stay_finite(tmp_path: Path, amount: float) -> None:
    assert read_flows(tmp_path, f"year,benefits\n2026,{amount}\n").cash_flows.net.total == amount


def test_dat_05_workbook_serial_60(tmp_path: Path) -> None:
    folder = plan_folder(tmp_path, plan=XLSX.replace("mid_year", "dated"))
    data = sheet_of(["date", "benefits"], [60, 1])
    (folder / "cash_flows.xlsx").write_bytes(data)
    with pytest.raises(InputError, match="never was"):
        read_plan(folder)


def test_dat_06_past_flows_are_counted_and_summed(tmp_path: Path) -> None:
    plan = read_flows(tmp_path, "year,benefits\n2025,7\n2026,1\n")
    assert any(c.code == "past_flows" and "7.00" in c.message for c in plan.cautions)


def test_dat_07_far_years(tmp_path: Path) -> None:
    plan = read_flows(tmp_path, "year,benefits\n2026,1\n2200,1\n")
    assert str(plan.cash_flows.dates[-1]) == "2200-06-30"


def test_dat_18_gaps_are_said(tmp_path: Path) -> None:
    plan = read_flows(tmp_path, "year,benefits\n2026,1\n2028,1\n")
    assert any(c.code == "gap_years" and "2027" in c.message for c in plan.cautions)


def test_cur_01_one_point_is_flat_with_notice(tmp_path: Path) -> None:
    folder = plan_folder(tmp_path, plan=PLAN + CURVE, treasury="maturity_years,rate\n5,0.04\n")
    assert "flat_curve" in [c.code for c in read_plan(folder).cautions]


def test_cur_09_bonds_that_are_not_modelled_are_listed(tmp_path: Path) -> None:
    text = f"{HEAD},kind\na,AA,0.04,2030-06-30,99,bond\nb,AA,0.04,2030-06-30,99,frn\n"
    plan = read_plan(plan_folder(tmp_path, plan=PLAN + BONDS, bonds=text))
    assert plan.universe is not None
    assert [bond.identifier for bond in plan.universe.excluded] == ["b"]
    assert "excluded_bonds" in [c.code for c in plan.cautions]


def test_fil_05_links_to_other_workbooks_are_counted_not_followed(tmp_path: Path) -> None:
    folder = plan_folder(tmp_path, plan=XLSX)
    data = sheet_of(["year", "benefits"], [2026, 1])
    (folder / "cash_flows.xlsx").write_bytes(
        with_part(data, "xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    )
    assert "external_links" in [c.code for c in read_plan(folder).cautions]


def test_fil_10_numbers_as_text_follow_the_same_rule(tmp_path: Path) -> None:
    folder = plan_folder(tmp_path, plan=XLSX)
    data = sheet_of(["year", "benefits"], ["2026", "1,000"])
    (folder / "cash_flows.xlsx").write_bytes(data)
    assert read_plan(folder).cash_flows.net.total == 1000.0


def test_cli_01_folder_instead_of_file(tmp_path: Path) -> None:
    folder = plan_folder(tmp_path)
    (folder / "cash_flows.csv").unlink()
    (folder / "cash_flows.csv").mkdir()
    with pytest.raises(InputError, match="is a folder, not a file"):
        read_plan(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may read every file")
def test_cli_01_unreadable_file(tmp_path: Path) -> None:
    folder = plan_folder(tmp_path)
    (folder / "cash_flows.csv").chmod(0)
    with pytest.raises(InputError, match="cannot be read"):
        read_plan(folder)


def test_cli_09_any_script_in_paths_and_names(tmp_path: Path) -> None:
    name = "\u65e5\u672c \U0001f600"
    folder = plan_folder(tmp_path / name, plan=PLAN.replace("Test plan", name))
    assert read_plan(folder).name == name


SPOIL: list[Callable[[bytes], bytes]] = [
    lambda data: data[: len(data) // 2],
    lambda data: data[:-30],
    lambda data: b"PK\x03\x04" + data[4:200],
    lambda data: data.replace(b"xl/workbook.xml", b"xl/workbook.xmm"),
    lambda data: with_part(data, "xl/workbook.xml", b"<workbook/>"),
    lambda data: with_part(data, "xl/styles.xml", b"\xff\xfe"),
    lambda data: with_part(
        data, "xl/worksheets/sheet1.xml",
        part_of(data, "xl/worksheets/sheet1.xml").replace(b'r="A2"', b'r="ZZZ2"'),
    ),
    lambda data: with_part(
        data, "xl/worksheets/sheet1.xml",
        part_of(data, "xl/worksheets/sheet1.xml").replace(b"<v>2026</v>", b"<v>1e999</v>"),
    ),
    lambda data: with_part(
        data, "xl/worksheets/sheet1.xml",
        part_of(data, "xl/worksheets/sheet1.xml").replace(b't="n"', b't="s"'),
    ),
]  # fmt: skip


@pytest.mark.parametrize("spoil", SPOIL, ids=range(len(SPOIL)))
def test_damaged_workbooks(spoil: Callable[[bytes], bytes], tmp_path: Path) -> None:
    folder = plan_folder(tmp_path, plan=XLSX)
    data = spoil(sheet_of(["year", "benefits"], [2026, 1], [2027, 2]))
    (folder / "cash_flows.xlsx").write_bytes(data)
    with pytest.raises(InputError):
        read_plan(folder)


def test_the_ids_are_on_the_list_of_faults() -> None:
    known = {case["id"] for case in shared_json("cases/faults.json")["cases"]}
    used = {
        "-".join(f.identifier.split("-")[:2]) for f in FAULTS if not f.identifier.startswith("FILE")
    }
    assert used <= known
