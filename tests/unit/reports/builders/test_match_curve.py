"""The price list of horizons as a section: shares bought, the budget's line, where it stops."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from defease.errors import InfeasibleError, Problem
from defease.matching.slices import CurveEnd, HorizonCurve, horizon_curve
from defease.reports.builders.match_curve import cost_curve_section
from defease.reports.document import Callout, Figure
from tests.slice_data import SETTLEMENT, market_question, zero_question
from tests.unit.reports.builders.shown import of_kind, rendered, table, words


def three_zeros() -> HorizonCurve:
    """Costs 960, 1420 and 1508 for payments of 1000, 500 and 100, a year apart."""
    return horizon_curve(zero_question([0.96, 0.92, 0.88], [1000.0, 500.0, 100.0]))


def test_what_parts_of_the_cost_buy_is_read_off_the_curve() -> None:
    section = cost_curve_section(three_zeros(), "USD", budget=1420.0)
    rows = {str(row[0]): row for row in table([section], "What a part").rows}
    assert list(rows) == ["10%", "25%", "50%", "75%", "100%", "budget $1,420"]
    # 75% of 1508 is 1131: the first year (960) and not the second (1420)
    assert rows["50%"][2:] == (0.0, None, 0.0, dt.date(2027, 1, 31))
    assert rows["75%"][1] == pytest.approx(1131.0)
    assert rows["75%"][3:] == (dt.date(2027, 1, 31), 1000.0 / 1600.0, dt.date(2028, 1, 31))
    assert rows["budget $1,420"][3] == dt.date(2028, 1, 31)
    assert rows["100%"][3:] == (dt.date(2029, 1, 31), 1.0, None)
    assert "to 2029-01-31 costs $1,508" in words([section])
    assert "budget $1,420" in rendered([section])


def test_cost_is_drawn_against_years_and_shares_against_shares() -> None:
    cost, shares = of_kind([cost_curve_section(three_zeros(), "USD")], Figure)
    assert [row["value"] for row in cost.spec["data"]["values"]] == pytest.approx(
        [960.0, 1420.0, 1508.0]
    )
    points = [row for row in shares.spec["data"]["values"] if row["series"] != "equal shares"]
    assert points[0]["share"] == pytest.approx(100.0 * 960.0 / 1508.0)
    assert points[0]["value"] == pytest.approx(62.5)


def test_a_curve_that_stops_says_where_and_why() -> None:
    reason = InfeasibleError(Problem("payments", "nobody sells such a bond", "stop earlier"))
    end = CurveEnd(dt.date(2030, 1, 31), reason)
    found = replace(three_zeros(), end=end, full_cost=None)
    section = cost_curve_section(found, "USD")
    (callout,) = of_kind([section], Callout)
    assert "the horizon to 2030-01-31 has no answer" in callout.text
    assert len(of_kind([section], Figure)) == 1, "no shares of an unknown full cost"
    assert "the cost of the last horizon" in table([section], "What a part").note


def test_no_horizon_at_all_leaves_the_reason_alone() -> None:
    curve = three_zeros()
    none = horizon_curve(zero_question([0.96], [1.0]), cancelled=lambda: True)
    section = cost_curve_section(none, "USD")
    assert [type(block) for block in section.blocks] == [Callout]
    assert len(curve.costs) == 3


def test_amounts_beyond_a_partial_curve_are_not_guessed() -> None:
    question = zero_question([0.96, 0.92, 0.88], [1000.0, 500.0, 100.0])
    curve = horizon_curve(question, dates=[dt.date(2027, 1, 31), dt.date(2028, 1, 31)])
    rows = table([cost_curve_section(curve, "USD")], "What a part").rows
    assert [row[0] for row in rows] == ["10%", "25%", "50%", "75%"]


def test_a_long_curve_is_printed_once_a_year() -> None:
    section = cost_curve_section(horizon_curve(market_question(48)), "USD")
    dates = [row[0] for row in table([section], "Cost by horizon").rows]
    assert dates == [SETTLEMENT.replace(year=SETTLEMENT.year + k) for k in range(1, 5)]
