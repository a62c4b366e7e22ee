from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from defease.errors import DefeaseError
from defease.reports.document import Column, KeyFigure, Table, walk
from defease.reports.formats import MONEY, MONEY_BILLIONS, PERCENT, YEARS
from defease.reports.tables import shown_table
from tests.unit.reports.sample_document import sample_document


def test_numpy_scalars_become_plain_values() -> None:
    row: list[Any] = [np.float64(1.5), np.int64(3), np.datetime64("2026-01-31"), np.str_("a")]
    table = Table("t", [Column(str(i), str(i)) for i in range(4)], [row])
    assert table.rows == ((1.5, 3, dt.date(2026, 1, 31), "a"),)
    assert [type(cell) for cell in table.rows[0][:3]] == [float, int, dt.date]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), np.float64("nan")])
def test_numbers_that_are_not_finite_are_refused_with_their_place(bad: float) -> None:
    with pytest.raises(DefeaseError, match=r"table 'Cost', row 2, 'amount'.*not a finite number"):
        Table("Cost", [Column("amount", "Amount", MONEY)], [[1.0], [bad]])
    with pytest.raises(DefeaseError, match="key figure 'Cost'"):
        KeyFigure("Cost", bad, MONEY)


def test_a_row_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(DefeaseError, match="has 2 cells under 1 columns"):
        Table("t", [Column("a", "A")], [[1, 2]])


def test_lists_are_frozen_and_sections_are_walked_in_reading_order() -> None:
    document = sample_document()
    assert isinstance(document.blocks, tuple)
    titles = [getattr(block, "title", "") for block in walk(document.blocks)]
    assert titles.index("Sensitivity to interest rates") > titles.index("Liabilities")
    assert titles.index("Sensitivity to interest rates") < titles.index("Exhaustion of assets")


def test_a_unit_shared_by_all_amounts_is_said_once() -> None:
    columns = [Column("a", "A", MONEY), Column("b", "B", MONEY), Column("c", "C", YEARS)]
    ready = shown_table(Table("T", columns, [[2e8, 3e5, 1.5]]), currency="USD")
    assert ready.caption == "T ($ millions)"
    assert [cell.text for cell in ready.headings] == ["A", "B", "C (years)"]
    assert [cell.text for cell in ready.rows[0]] == ["200.0", "0.3", "1.50"]


def test_different_units_stand_in_the_headings() -> None:
    columns = [Column("a", "A", MONEY), Column("b", "B", MONEY_BILLIONS)]
    ready = shown_table(Table("T", columns, [[2e8, 3e9]]), currency="EUR")
    assert ready.caption == "T"
    assert [cell.text for cell in ready.headings] == ["A (€ millions)", "B (€ billions)"]


def test_negative_cells_are_marked_unless_they_round_to_zero() -> None:
    columns = [Column("a", "A", MONEY), Column("b", "B", PERCENT), Column("c", "C")]
    ready = shown_table(
        Table("T", columns, [[-5.0, -0.2, "-x"], [-1e-9, 0.1, None]]), currency="USD"
    )
    assert [cell.negative for cell in ready.rows[0]] == [True, True, False]
    assert ready.rows[0][0].in_parentheses
    assert not ready.rows[1][0].negative


def test_totals_may_be_counted_from_the_end() -> None:
    table = Table("T", [Column("a", "A")], [["x"], ["y"], ["sum"]], totals=[-1])
    assert table.totals == (2,)
