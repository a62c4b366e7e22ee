"""The custodian's file, read back as a spreadsheet would."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest

from defease.matching.desk import COLUMNS, Side, Trade, TradeList, trade_file


def trade(identifier: str, **changed: float) -> Trade:
    given = {"face": 1e9, "clean_price": 99.015625, "accrued_interest": 1234.5} | changed
    return Trade(
        side=Side.SELL, identifier=identifier, issuer="Müller, Sons \"& Co\"", reason="closes",
        transaction_cost=0.125, **given,
    )  # fmt: skip


def rows(*trades: Trade) -> list[dict[str, str]]:
    text = trade_file(TradeList(settlement=dt.date(2026, 3, 5), trades=trades))
    return list(csv.DictReader(io.StringIO(text)))


def test_rows_have_plain_decimals_iso_days_and_the_documented_columns() -> None:
    (row,) = rows(trade("912828XX1"))
    assert tuple(row) == COLUMNS
    assert row["settlement_date"] == "2026-03-05"
    assert row["face"] == "1000000000.00"
    assert row["clean_price"] == "99.015625"
    assert row["settlement_amount"] == f"{990156250.0 + 1234.5 - 0.125:.2f}"
    assert row["issuer"] == 'Müller, Sons "& Co"'


@pytest.mark.parametrize("text", ["=1+1", "+A", "-A", "@SUM(A1)", "  =A", "'A"])
def test_text_that_looks_like_a_formula_is_shown_as_text(text: str) -> None:
    (row,) = rows(trade(text))
    assert row["identifier"] == "'" + text


def test_line_breaks_and_tabs_do_not_break_rows() -> None:
    (row,) = rows(trade("A\r\nB\tC"))
    assert row["identifier"] == "A  B C"
    (row,) = rows(trade("\t=A"))
    assert row["identifier"] == "' =A"


def test_small_amounts_are_not_written_with_an_exponent() -> None:
    (row,) = rows(trade("A", face=1e-7, accrued_interest=0.0))
    assert row["face"] == "0.00"
    assert "e" not in row["settlement_amount"]


def test_a_list_without_trades_is_a_header() -> None:
    assert trade_file(TradeList(settlement=dt.date(2026, 3, 5), trades=())) == (
        ",".join(COLUMNS) + "\n"
    )
