"""Matching beside its rivals, reported status and buy-out as sections of a report."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

import numpy as np

from defease.cashflows import Payments
from defease.curves import flat_curve
from defease.matching.rivals import (
    AnnuityPrice,
    RefusedRival,
    RivalComparison,
    RivalQuestion,
    RivalRule,
    compare_buyout,
    compare_with_rivals,
    matching_portfolio,
    reported_status_risk,
)
from defease.reports.builders.match_buyout import buyout_section
from defease.reports.builders.match_rivals import reported_status_section, rivals_section
from defease.reports.document import Callout, Figure
from defease.valuation import Basis
from tests.slice_data import market_question
from tests.unit.reports.builders.shown import of_kind, rendered, table, words


@cache
def question() -> RivalQuestion:
    """Two years of monthly payments against forty bonds, on 4%."""
    return RivalQuestion.of(market_question(24), flat_curve(0.04))


@cache
def compared() -> RivalComparison:
    """Matching and its rivals."""
    return compare_with_rivals(question())


def test_the_table_has_every_measure_of_every_rival() -> None:
    found = compared()
    main = table([rivals_section(found, "USD", basis="treasury")], "Cost, surplus")
    assert main.rows[0][0] == "Cash-flow matching"
    assert len(main.rows) == len(found.rows)
    for row, rival in zip(main.rows, found.rows, strict=True):
        assert row[1:3] == (rival.cost, rival.present_value)
        assert row[3:7] == tuple(rival.surplus_changes.tolist())
        assert row[7:9] == (rival.run_off.negative_dates, rival.run_off.worst_balance)
        assert isinstance(row[9], float)
        assert abs(row[9]) == np.abs(rival.key_rate_gaps).max()


def test_surplus_is_shown_at_market_and_on_the_curve() -> None:
    found = compared()
    section = rivals_section(found, "USD", basis="treasury")
    on_curve = table([section], "Change of surplus with bonds")
    assert [row[1:] for row in on_curve.rows] == [
        tuple(rival.surplus_changes_on_curve.tolist()) for rival in found.rows
    ]


def test_cash_is_drawn_for_few_and_listed_for_all() -> None:
    found = compared()
    section = rivals_section(found, "USD", basis="treasury")
    bars, lines = of_kind([section], Figure)
    assert len(bars.spec["data"]["values"]) == len(found.rows)
    drawn = {row["series"] for row in lines.spec["data"]["values"]}
    assert len(drawn) == min(4, len(found.rows))
    assert len(lines.data.columns) == 1 + len(found.rows)
    assert "has the cash for all 24 payments" in words([section])
    assert "Matching and its rivals" in rendered([section])


def test_a_refused_rival_is_named_once_with_its_reason() -> None:
    refusal = RefusedRival(RivalRule.DURATION_ONLY, "duration only: a leveraged barbell")
    found = replace(compared(), refused=(refusal,))
    (callout,) = of_kind([rivals_section(found, "USD", basis="treasury")], Callout)
    assert callout.text == "No portfolio is shown for duration only: a leveraged barbell."
    none = rivals_section(replace(found, rows=()), "USD", basis="treasury")
    assert of_kind([none], Callout)
    assert not of_kind([none], Figure)


def test_reported_surplus_stands_beside_the_certainty_of_cash() -> None:
    basis = Basis(name="aa_corporate", curve=flat_curve(0.05), rule="5%")
    found = reported_status_risk(question(), matching_portfolio(question()), basis)
    section = reported_status_section(found, "USD")
    assert "cash covers all 24 payments: nothing has to be sold" in words([section])
    rows = table([section], "Reported position").rows
    for row, change in zip(rows, found.changes, strict=True):
        assert row[1:4] == (change.assets, change.liabilities, change.change_of_surplus)
    (figure,) = of_kind([section], Figure)
    assert "stay covered" in figure.caption
    assert "AA corporate" in rendered([section])


def test_three_ways_show_what_stays_open() -> None:
    due = Payments.from_times(dt.date(2025, 12, 31), [1.0, 2.0], [107.0, 114.49])
    found = compare_buyout(
        due,
        annuity=AnnuityPrice.quoted(215.0),
        match_cost=210.0,
        assumed_return=0.07,
        assets=150.0,
    )
    section = buyout_section(found, "USD")
    ways = {row[0]: row for row in table([section], "Three ways").rows}
    assert [round(float(str(ways[way][1]))) for way in ("Buy-out", "Match", "Run-off")] == [
        215,
        210,
        200,
    ]
    assert "longevity" in str(ways["Match"][4])
    assert "longevity" not in str(ways["Buy-out"][4])
    (callout,) = of_kind([section], Callout)
    assert "2027-12-31" in callout.text
    assert "for $215, longevity included" in words([section])
    assert "Run-off" in rendered([section])


def test_without_assets_nothing_is_said_of_them() -> None:
    due = Payments.from_times(dt.date(2025, 12, 31), [1.0], [107.0])
    found = compare_buyout(
        due, annuity=AnnuityPrice.quoted(105.0), match_cost=102.0, assumed_return=0.07
    )
    section = buyout_section(found, "USD")
    assert len(table([section], "What a run-off").rows) == 3
    assert not of_kind([section], Callout)
