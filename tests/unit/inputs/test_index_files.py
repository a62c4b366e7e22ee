"""The inputs of an index through a plan: since when flows count, projections, quotes, dates."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from defease.inputs.index_files import IndexInputs, read_index_inputs
from defease.inputs.plan import read_plan
from defease.liability_index import Amounts
from tests.index_plans import AA, FLOWS, PLAN, index_plan
from tests.unit.inputs.building import only_problem, problems_of


def read(folder: Path, *, as_of: dt.date | None = None, **files: str) -> IndexInputs:
    return read_index_inputs(read_plan(index_plan(folder, **files), as_of=as_of))


def codes(inputs: IndexInputs) -> list[str]:
    return [caution.code for caution in inputs.cautions]


def test_everything_that_the_plan_says(tmp_path: Path) -> None:
    inputs = read(tmp_path)
    assert (inputs.basis, inputs.start) == ("aa", dt.date(2024, 12, 31))
    assert inputs.amounts is Amounts.NET
    assert [b.name for b in inputs.structure.buckets] == ["0-2", "2-5", "5+"]
    assert inputs.risk_free is not None
    assert len(inputs.projections) == 1
    assert inputs.spreading is None
    assert set(inputs.inputs) == {"aa_history.csv", "ust_history.csv", "cash_flows.csv"}


def test_segments_of_the_plan_stand_after_the_usual_ones(tmp_path: Path) -> None:
    plan = PLAN.replace(
        "buckets = [0, 2, 5]", 'buckets = [0, 2, 5]\nsegments = ["2-7.5", "10+", "20+"]'
    )
    inputs = read(tmp_path, plan=plan)
    assert [s.name for s in inputs.structure.segments] == ["1-3", "1-10", "10+", "2-7.5", "20+"]
    assert inputs.structure.segments[3].to_year == 7.5


@pytest.mark.parametrize("text", ["7-2", "3-3", "ten", "-5", "5-"])
def test_segments_that_span_nothing_are_refused(tmp_path: Path, text: str) -> None:
    plan = PLAN.replace("buckets = [0, 2, 5]", f'segments = ["{text}"]')
    problem = only_problem(lambda: read(tmp_path, plan=plan))
    assert "index.segments" in problem.where
    assert text in problem.what


def test_other_commands_never_open_the_files(tmp_path: Path) -> None:
    folder = index_plan(tmp_path, aa_history="not,a,curve\n")
    (folder / "ust_history.csv").unlink()
    assert "aa_history.csv" not in read_plan(folder).inputs


def test_a_start_before_the_valuation_date_counts_the_years_since(tmp_path: Path) -> None:
    plan = PLAN.replace("valuation_date = 2024-12-31", "valuation_date = 2025-03-31")
    own = read_plan(index_plan(tmp_path, plan=plan))
    assert own.cash_flows.gross.total == 1405.0
    inputs = read_index_inputs(own)
    assert inputs.projections[0].flows.gross.total == 1446.0
    assert inputs.projections[0].effective == dt.date(2024, 12, 31)


def test_without_a_start_the_index_begins_with_its_curves(tmp_path: Path) -> None:
    plan = PLAN.replace("start = 2024-12-31\n", "")
    longer = AA.replace("2024-12", "2024-11,4,4.4,5.1\n2024-12")
    plan = plan.replace('risk_free_curves = "ust_history.csv"\n', "")
    inputs = read(tmp_path, plan=plan, aa_history=longer)
    assert inputs.start == dt.date(2024, 11, 30)


def test_payments_that_begin_years_later_are_a_back_cast(tmp_path: Path) -> None:
    late = "date,benefits\n2026-06-30,200\n"
    assert "back_cast" in codes(read(tmp_path, cash_flows=late))
    assert "back_cast" not in codes(read(tmp_path / "b"))


def test_annual_amounts_are_spread_and_the_effect_is_kept(tmp_path: Path) -> None:
    plan = PLAN.replace('timing = "dated"', 'timing = "end_of_year"')
    inputs = read(tmp_path, plan=plan, cash_flows="year,benefits\n2025,120\n2026,240\n")
    flows = inputs.projections[0].flows
    assert len(flows) == 24
    assert flows.gross.total == pytest.approx(360)
    assert inputs.spreading is not None
    # twelve payments before the year's end are worth more than one at its end
    assert inputs.spreading.change > 0
    rate = np.log(1.04)
    assert inputs.spreading.before == pytest.approx(
        120 * np.exp(-rate) + 240 * np.exp(-2 * (rate + (np.log(1.045) - rate) / 4)), rel=1e-9
    )


def test_later_projections_are_read_from_their_own_day(tmp_path: Path) -> None:
    plan = PLAN.replace(
        '[liabilities]\ntiming = "dated"',
        '[liabilities]\ntiming = "dated"\n[[liabilities.projection]]\neffective = 2025-01-31\n'
        'file = "later.csv"',
    )
    inputs = read(tmp_path, plan=plan, later=FLOWS.replace("900", "950"))
    first, later = inputs.projections
    assert later.effective == dt.date(2025, 1, 31)
    assert later.flows.gross.total - first.flows.gross.total == 50.0


def test_as_of_ends_the_index(tmp_path: Path) -> None:
    inputs = read(tmp_path, as_of=dt.date(2025, 2, 28))
    assert str(inputs.curves.dates[-1]) == "2025-02-28"


def test_a_basis_with_a_spread_moves_every_node(tmp_path: Path) -> None:
    plan = PLAN.replace('file = "aa.csv"\n', 'file = "aa.csv"\nspread_bp = 50\n')
    rates = read(tmp_path, plan=plan).curves.annual_spot_rates([5.0])[:, 0]
    assert rates == pytest.approx([0.050, 0.051, 0.047, 0.049])


def test_a_start_within_a_month_is_moved_aloud(tmp_path: Path) -> None:
    inputs = read(tmp_path, plan=PLAN.replace("start = 2024-12-31", "start = 2024-12-15"))
    assert inputs.start == dt.date(2024, 12, 31)
    assert "start_at_month_end" in codes(inputs)


def test_a_history_may_lie_outside_the_plan(tmp_path: Path) -> None:
    folder = index_plan(tmp_path / "plan")
    other = tmp_path / "other.csv"
    other.write_text(AA.replace("4.5", "9.5"))
    found = read_index_inputs(read_plan(folder), curves=other)
    assert found.curves.annual_spot_rates([5.0])[0, 0] == pytest.approx(0.095)
    assert "other.csv" in found.inputs


def with_later(effective: str) -> str:
    more = f'[[liabilities.projection]]\neffective = {effective}\nfile = "cash_flows.csv"\n'
    return PLAN.replace("[[discounting]]", f"{more}[[discounting]]", 1)


@pytest.mark.parametrize(
    ("plan", "where", "said"),
    [
        (PLAN.replace('curves = "aa_history.csv"\n', "", 1), "index.curves", "no curve history"),
        (PLAN.replace("start = 2024-12-31", "start = 2023-12-31"), "index.start",
         "curves cover 2024-12-31 to 2025-03-31"),
        (PLAN.replace("start = 2024-12-31", "start = 2025-03-31"), "index.start", "starts on"),
        (with_later("2024-06-30"), "liabilities.projection[0].effective",
         "takes effect on 2024-06-30, the index starts on 2024-12-31"),
        (PLAN.replace("[index]", '[index]\nbasis = "ab"'), "index.basis", "no basis is named 'ab'"),
        (PLAN.replace("[index]", '[[discounting]]\nname = "roa"\nmethod = "flat"\nrate = 0.07\n'
                      '[index]\nbasis = "roa"'), "index.basis", 'has method "flat"'),
        (PLAN.replace('"aa_history.csv"', '"none.csv"'), "index.curves", "no file 'none.csv'"),
        (PLAN.replace("[index]", '[index]\npayments = "aa.csv"'), "aa.csv", "no column 'date'"),
    ],
)  # fmt: skip
def test_refused_with_place_what_and_remedy(
    tmp_path: Path, plan: str, where: str, said: str
) -> None:
    found = problems_of(lambda: read(tmp_path, plan=plan))
    assert any(where in p.where and said in p.what for p in found), found


def test_a_history_that_does_not_quote_as_its_basis_is_refused(tmp_path: Path) -> None:
    problem = only_problem(lambda: read(tmp_path, aa_history=AA.replace(".", "").replace("4,", "")))
    assert "aa_history.csv" in problem.where
