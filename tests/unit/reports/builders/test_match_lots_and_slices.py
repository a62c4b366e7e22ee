"""Pieces, budgets and priorities as sections of a report."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from defease.matching.lots import LotMatch, PieceRules, match_in_lots
from defease.matching.slices import Shares, Slice, Stream, match_budget, match_priorities
from defease.reports.builders.match_lots import lots_section
from defease.reports.builders.match_slices import budget_section, priority_section
from defease.reports.document import Callout, Figure, KeyFigures, Tone
from defease.solvers import SolverStatus
from tests.slice_data import zero_question
from tests.unit.reports.builders.shown import of_kind, rendered, table, words


@cache
def in_lots() -> LotMatch:
    """1030 and 500 of zeros at 96 and 92 in lots of 100: 10 and 5 lots, and 30 of cash."""
    return match_in_lots(zero_question([0.96, 0.92], [1030.0, 500.0]), PieceRules(lot=100))


def test_pieces_stand_beside_what_any_sizes_cost() -> None:
    section = lots_section(in_lots(), "USD")
    rows = {str(row[0]): row[1] for row in table([section], "What pieces cost").rows}
    linear = 1030.0 * 0.96 + 500.0 * 0.92
    assert rows["Portfolio of any sizes (linear optimum)"] == pytest.approx(linear)
    assert rows["Cost in pieces"] == pytest.approx(1450.0)
    (tiles,) = of_kind([section], KeyFigures)
    values = {tile.label: tile.value for tile in tiles.figures}
    assert values["What the rules cost"] == pytest.approx(1450.0 - linear)
    assert values["Names"] == 2
    assert "Lot: $100 face" in rendered([section])


def test_the_check_and_the_stages_are_listed() -> None:
    found = in_lots()
    section = lots_section(found, "USD")
    stages = table([section], "How it was found")
    assert len(stages.rows) == len(found.stages)
    final = stages.rows[-1][3]
    assert final is not None
    assert final == pytest.approx(found.gap_bp, abs=1e-6)
    checks = table([section], "Exact check").rows
    assert [row[1] for row in checks][:2] == [2, 2]


def test_a_search_ended_by_time_is_a_warning() -> None:
    late = replace(in_lots(), status=SolverStatus.TIME_LIMIT)
    (callout,) = of_kind([lots_section(late, "USD")], Callout)
    assert callout.tone is Tone.WARN
    assert "more time" in callout.text


def test_both_slices_of_one_budget_stand_beside_each_other() -> None:
    question = zero_question([0.96, 0.92], [1000.0, 500.0])
    found = [
        match_budget(question, 1190.0),
        match_budget(question, 1190.0, slice=Slice.VERTICAL),
    ]
    section = budget_section(found, question.due, "USD")
    in_full, evenly = table([section], "What the budget pays").rows
    assert in_full[3] == pytest.approx(1250.0)
    assert in_full[5:9] == (
        1.0,
        dt.date(2027, 1, 31),
        dt.date(2028, 1, 31),
        pytest.approx(0.5),
    )
    # 960 + 460 = 1420 is the whole
    assert evenly[4] == pytest.approx(1190.0 / 1420.0)
    assert evenly[6:9] == (None, None, None)
    assert "everything up to 2027-01-31 and 50.0% of the payment" in words([section])
    (figure,) = of_kind([section], Figure)
    assert [row[0] for row in figure.data.rows] == [2027, 2028]
    assert figure.data.rows[1][1:] == (500.0, pytest.approx(250.0), pytest.approx(419.0, abs=0.1))
    assert "What a budget buys" in rendered([section])


def test_money_left_over_is_said() -> None:
    question = zero_question([0.96, 0.92], [1000.0, 500.0])
    section = budget_section([match_budget(question, 2000.0)], question.due, "USD")
    assert "pays everything up to 2028-01-31 and leaves $580" in words([section])


def test_a_budget_within_the_first_payment_pays_a_part_of_it() -> None:
    question = zero_question([0.96, 0.92], [1000.0, 500.0])
    section = budget_section([match_budget(question, 480.0)], question.due, "USD")
    assert "pays 50.0% of the payment of 2027-01-31" in words([section])


def test_streams_show_what_was_cut() -> None:
    question = zero_question([0.96, 0.92], [1000.0, 500.0])
    amounts = {"retired": np.array([600.0, 300.0]), "active": np.array([400.0, 200.0])}
    streams = [
        Stream(name="retired", amounts=amounts["retired"], protected=np.array([True, True])),
        Stream(name="active", amounts=amounts["active"], shares=Shares.LEVEL),
    ]
    found = match_priorities(question, 1136.0, streams=streams)
    section = priority_section(found, amounts, question.due, "USD")
    rows = {row[0]: row for row in table([section], "Paid by stream").rows}
    assert rows["Retired"][1:4] == (900.0, pytest.approx(900.0), pytest.approx(1.0))
    assert rows["Active"][1:] == (600.0, *(pytest.approx(x) for x in (300.0, 0.5, 0.5)))
    assert "Active cannot be paid in full" in words([section])
    assert "Paid by stream" in rendered([section])
