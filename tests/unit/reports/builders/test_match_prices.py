"""Prices at the margin as a section: limits both ways, implied rates, rich and cheap bonds."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from defease.arrays import read_only
from defease.curves import flat_curve
from defease.matching import SectorLimit, answer
from defease.matching.implied import implied_curve
from defease.matching.prices import (
    BondValue,
    LimitStep,
    PaymentPrices,
    Standing,
    bond_values,
    limit_steps,
)
from defease.reports.builders.match_prices import (
    LISTED,
    PriceFacts,
    bond_value_blocks,
    implied_blocks,
    limit_step_blocks,
    payment_price_blocks,
    prices_section,
)
from defease.reports.document import Callout, Figure, Table
from defease.valuation import Basis
from tests.slice_data import market_question, zero_question
from tests.unit.reports.builders.shown import of_kind, rendered, table, words

BASIS = Basis(name="aa_corporate", curve=flat_curve(0.05), rule="5% a year")


@cache
def facts(months: int = 48) -> PriceFacts:
    """Monthly payments against eighty bonds of a few sectors, at most 30% of the cost in each."""
    question = market_question(months, bonds=80).with_limits([SectorLimit(0.3)])
    result = answer(question)
    return PriceFacts(
        result=result,
        limits=question.limits,
        steps=limit_steps(question, result),
        implied=implied_curve(result),
        values=bond_values(question, result, result.bonds),
        basis=BASIS,
    )


def test_every_limit_stands_with_both_of_its_prices() -> None:
    found = facts()
    blocks = limit_step_blocks(found.steps, found.limits, "USD")
    (row,) = table(blocks, "What the limits cost").rows
    assert found.steps is not None
    (step,) = found.steps
    assert row[:3] == ("Sector limit", "30%", "31%")
    assert row[3] == pytest.approx(step.saving)
    assert row[4] == "29%"
    assert row[5] == step.extra_cost


def test_a_limit_that_cannot_be_tightened_has_no_price() -> None:
    step = LimitStep("sector", "sector limit", 0.3, 0.31, 5.0, 0.29, None)
    dear = LimitStep("sector", "sector limit", 0.4, 0.41, 8.0, 0.39, 9.0)
    blocks = limit_step_blocks([step, dear], [SectorLimit(0.3), SectorLimit(0.4)], "USD")
    rows = table(blocks, "What the limits cost").rows
    assert [row[3] for row in rows] == [8.0, 5.0], "dearest first"
    assert rows[1][5] is None
    assert "from 40% to 41% saves $8" in words(blocks)
    nothing = limit_step_blocks([replace(step, saving=0.0)], [SectorLimit(0.3)], "USD")
    assert "saves nothing" in words(nothing)


def test_yearly_forwards_compound_to_the_discount_factors() -> None:
    found = facts()
    (figure,) = of_kind(implied_blocks(found.implied, found.result, basis=BASIS), Figure)
    keys = [column.label for column in figure.data.columns]
    rows = [dict(zip(keys, row, strict=True)) for row in figure.data.rows]
    assert len(rows) == 4
    times = found.implied.times[[11, 23, 35, 47]]
    growth = 1.0
    for row, years in zip(rows, np.diff(times, prepend=0.0), strict=True):
        forward, factor = row["implied forward"], row["Discount factor"]
        assert isinstance(forward, float)
        assert isinstance(factor, float)
        growth *= (1.0 + forward) ** years
        assert 1.0 / growth == pytest.approx(factor)
        assert row["spot, AA corporate"] == pytest.approx(0.05)
        assert row["reinvestment rate"] == 0.01


def test_zeros_imply_their_own_rates_and_no_cash() -> None:
    question = zero_question([0.96, 0.90, 0.85], [1000.0, 500.0, 100.0])
    result = answer(question)
    (figure,) = of_kind(implied_blocks(implied_curve(result), result), Figure)
    first = figure.data.rows[0]
    assert first[1] == pytest.approx(0.96)
    assert [row[-1] for row in figure.data.rows] == ["bonds"] * 3
    steps, _ = figure.spec["layer"]
    drawn = [row["value"] for row in steps["data"]["values"]]
    assert drawn[1:] == pytest.approx(
        [100 * (a / b - 1) for a, b in ((1.0, 0.96), (0.96, 0.90), (0.90, 0.85))], rel=1e-2
    )


def test_one_wild_forward_is_cut_off_and_said() -> None:
    question = zero_question([0.96, 0.92, 0.30], [1000.0, 500.0, 100.0])
    result = answer(question)
    tame = implied_curve(result)
    wild = replace(tame, spot_rates=read_only(np.array([0.04, 0.04, 0.05])))
    (figure,) = of_kind(implied_blocks(wild, result), Figure)
    assert "above 10.0% are cut off" in figure.caption
    scale = figure.spec["layer"][1]["encoding"]["y"]["scale"]
    assert scale["domainMax"] == pytest.approx(10.0)


def test_two_prices_of_a_payment_are_a_caution_with_a_range() -> None:
    two = PaymentPrices(
        periods=np.array([0, 1]),
        paying_more=np.array([0.97, np.inf]),
        paying_less=np.array([0.96, 0.92]),
    )
    blocks = payment_price_blocks(replace(facts(), payments=two))
    assert of_kind(blocks, Callout)
    rows = table(blocks, "Payments with two prices").rows
    assert [row[3:] for row in rows] == [(0.96, 0.97), (0.92, None)]


def test_unique_prices_are_said_without_a_table() -> None:
    one = PaymentPrices(
        periods=np.array([3]), paying_more=np.array([0.9]), paying_less=np.array([0.9])
    )
    blocks = payment_price_blocks(replace(facts(), payments=one))
    assert "the only ones" in words(blocks)
    assert not of_kind(blocks, Table)
    assert payment_price_blocks(facts()) == []
    assert of_kind(payment_price_blocks(replace(facts(), degenerate=True)), Callout)


def test_cheap_near_and_rich_bonds_are_told_apart() -> None:
    values = [
        BondValue("bargain", Standing.EXCLUDED, "callable by the issuer", 95.0, 99.0),
        BondValue("held", Standing.HELD, "", 95.0, 95.0),
        *(BondValue(f"b{k}", Standing.UNUSED, "", 100.0, 100.0 - k) for k in range(1, 15)),
        BondValue("dear", Standing.EXCLUDED, "callable by the issuer", 95.0, 90.0),
    ]
    blocks = bond_value_blocks(values)
    assert [row[0] for row in table(blocks, "Cheapest").rows] == ["bargain"]
    assert table(blocks, "Cheapest").rows[0][3] == pytest.approx(-4.0)
    assert [row[0] for row in table(blocks, "Next").rows] == [f"b{k}" for k in range(1, 11)]
    richest = [row[0] for row in table(blocks, "Richest").rows]
    assert richest == [f"b{k}" for k in range(14, 14 - LISTED, -1)]
    assert "Of 17 bonds offered 1 are held" in words(blocks)


def test_the_whole_page_is_shown_by_every_renderer() -> None:
    shown = rendered([prices_section(facts(), "USD")])
    assert "Implied term structure" in shown
    assert "What the limits cost, both ways" in shown
