"""Given cases of cases/mathematics.json on growth of both sides and on the monthly roll-forward.

Sources: seed 002 (700 of assets at 7.5% against 1,000 of liabilities at 6%), seed 003 (spec 4.7).
"""

from __future__ import annotations

import datetime as dt

import pytest

from defease.funding import AnnualFlows, ReturnStatus
from defease.performance import (
    Contender,
    Contest,
    Frequency,
    Side,
    grown_at_returns,
    market_moves,
    official_values,
    required_alpha,
    return_series,
    roll_forward,
    scoreboard,
)
from tests.shared_files import mathematics_case


def test_every_number_of_the_growth_example() -> None:
    case = mathematics_case("seed002_funded_ratio_growth")
    given, tolerance = case["inputs"], case["tolerance"]
    made = grown_at_returns(
        assets=given["A"],
        liabilities=given["L"],
        asset_return=given["gA"],
        liability_return=given["gL"],
    )
    found = {
        "A1": made.closing_assets,
        "L1": made.closing_liabilities,
        "F0": made.opening_ratio,
        "F1": made.closing_ratio,
        "S0": made.opening_surplus,
        "S1": made.closing_surplus,
        "required_gA_keep_deficit": made.return_to_keep_surplus,
        "required_gA_keep_ratio": made.return_to_keep_ratio,
    }
    expected = case["rows"][0]["expected"]
    assert set(found) == set(expected)
    for name, value in expected.items():
        assert abs(found[name] - value) <= tolerance * max(1.0, abs(value)), name


def test_printed_figures_of_the_growth_example() -> None:
    made = grown_at_returns(assets=700, liabilities=1000, asset_return=0.075, liability_return=0.06)
    assert f"{made.opening_ratio:.1%} {made.closing_ratio:.1%}" == "70.0% 71.0%"
    assert f"{made.return_to_keep_surplus:.2%} {made.closing_surplus:.1f}" == "8.57% -307.5"
    assert made.sentence == "ahead of the liability in percent, behind it in money"


def test_growth_at_the_required_returns_keeps_what_it_says() -> None:
    base = grown_at_returns(assets=700, liabilities=1000, asset_return=0.075, liability_return=0.06)
    for rate in (base.return_to_keep_surplus, base.return_to_keep_ratio):
        kept = grown_at_returns(
            assets=700, liabilities=1000, asset_return=rate, liability_return=0.06
        )
        if rate == base.return_to_keep_surplus:
            assert kept.closing_surplus == pytest.approx(-300.0, abs=1e-10)
        else:
            assert kept.closing_ratio == pytest.approx(0.7, abs=1e-14)


def test_growth_example_as_a_scoreboard() -> None:
    """Total, matched portfolio and alpha assets in one table; the parts add up to the total."""
    year = [dt.date(2025, 12, 31)]

    def side(name: str, rate: float, opening: float) -> Side:
        series = return_series(name, year, [rate], frequency=Frequency.ANNUAL)
        return Side.without_flows(series, opening=opening)

    # 200 of matched bonds earn what the flows they pay grow; the rest is left to the other 500.
    alpha_rate = (0.075 * 700 - 0.06 * 200) / 500
    lines = scoreboard(
        [
            Contender(side("total", 0.075, 700), Contest.TOTAL, "liability"),
            Contender(side("alpha", alpha_rate, 500), Contest.ALPHA_ASSETS, "residual"),
            Contender(side("matched", 0.06, 200), Contest.MATCHED, "matched flows"),
        ],
        {
            "liability": side("liability", 0.06, 1000),
            "residual": side("residual", 0.06, 800),
            "matched flows": side("matched flows", 0.06, 200),
        },
    )
    total, alpha, matched = (line.money_alpha.value for line in lines)
    assert total == pytest.approx(-7.5, abs=1e-10)
    assert matched == pytest.approx(0.0, abs=1e-10)
    assert alpha == pytest.approx(total, abs=1e-10)
    assert lines[2].sentence == "level with the liability in percent and in money"


def test_rollforward_month() -> None:
    case = mathematics_case("rollforward_month_buyhold")
    given, expected = case["inputs"], case["rows"][0]["expected"]
    start = official_values(
        dt.date(2025, 1, 31), assets=given["A0"], liabilities=given["L0"], weights=given["w"]
    )
    moves = market_moves(
        [dt.date(2025, 2, 28)],
        class_returns=[given["r"]],
        liability_returns=[given["rL"]],
        benefits=[given["benefit"]],
        contributions=[given["contrib"]],
        service_cost=[given["service_cost"]],
    )
    path = roll_forward(start, moves)
    assert path.assets.tolist() == pytest.approx([expected["A1"]], abs=1e-10)
    assert path.liabilities.tolist() == pytest.approx([expected["L1"]], abs=1e-10)
    assert path.funded_ratios.tolist() == pytest.approx([expected["F1"]], abs=1e-10)
    assert path.weights[0].tolist() == pytest.approx(expected["w1"], abs=1e-10)


def test_alpha_that_closes_the_deficit() -> None:
    """Without flows the answer is closed: (1+y) ((L0/A0)^(1/n) - 1)."""
    none = AnnualFlows.from_columns(benefits=[0.0] * 15)
    for years in (1, 5, 15):
        found = required_alpha(
            none, assets=700, liabilities=1000, liability_yield=0.06, years=years
        )
        assert found.required.status is ReturnStatus.UNIQUE
        closed = 1.06 * ((1000 / 700) ** (1 / years) - 1.0)
        assert found.alpha == pytest.approx(closed, abs=1e-11)


def test_alpha_that_closes_the_deficit_with_payments() -> None:
    """Rolled year by year at the answer the two sides meet; a little less and they do not."""
    paid, income = [60.0, 62.0, 64.0, 66.0], [10.0, 20.0, 20.0, 20.0]
    flows = AnnualFlows.from_columns(benefits=paid, contributions=income)
    found = required_alpha(flows, assets=700, liabilities=1000, liability_yield=0.05, years=4.2)
    assert [caution.code for caution in found.cautions] == ["whole_years"]
    assert found.alpha is not None

    def surplus_at(rate: float) -> float:
        assets, liabilities = 700.0, 1000.0
        for out, back in zip(paid, income, strict=True):
            assets = assets * (1 + rate) - (out - back) * (1 + rate) ** 0.5
            liabilities = liabilities * 1.05 - (out - back) * 1.05**0.5
        return assets - liabilities

    assert surplus_at(0.05 + found.alpha) == pytest.approx(0.0, abs=1e-8)
    assert surplus_at(0.05 + found.alpha - 1e-6) < 0.0
