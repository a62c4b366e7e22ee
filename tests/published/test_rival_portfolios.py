"""Published immunisation problems through the portfolios of rivals.

LINDO API asset-liability example (13 bonds, Redington); GAMS Model Library IMMUN (Dahl, Meeraus and
Zenios, 1993), its immunisation and its two combinations of dedication with a duration row, the
latter against an independent programme; the textbook case of two zeros around one payment.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import linprog

from defease.arrays import FloatArray
from defease.curves import Compounding, CurveShift, curve_from_spot_rates, flat_curve
from defease.matching import Availability, MatchingData, MatchingPolicy
from defease.matching.rivals import (
    HorizonRows,
    RivalQuestion,
    RivalRule,
    WholeDuration,
    horizon_portfolio_with,
    immunised_portfolio,
    least_cost_portfolio,
    own_yield_rows,
    own_yield_sensitivities,
    redington_portfolio,
    unlabelled,
    value_and_duration,
    whole_duration_row,
)
from defease.matching.rivals.shocks import RevaluedPortfolio, liability_under
from tests.matching_data import grid_data
from tests.rival_data import NO_CASH, zeros_question
from tests.shared_files import matching_case, mathematics_case


def test_redington_of_thirteen_bonds() -> None:
    case = matching_case("lingo_immunized13")
    given, expected = case["data"], case["expected"]
    years = np.arange(1.0, len(given["spot_annual"]) + 1.0)
    curve = curve_from_spot_rates(years, given["spot_annual"], compounding=Compounding.ANNUAL)
    data = grid_data(given["price"], given["cashflow"], given["liability"], policy=NO_CASH)
    question = RivalQuestion(data=data, bonds=unlabelled(len(given["price"])), curve=curve)
    found = redington_portfolio(question)
    assert found.cost == pytest.approx(expected["objective"], rel=1e-9)
    assert found.cost == pytest.approx(case["published"]["objective"], abs=5e-5)
    np.testing.assert_allclose(found.levels, expected["x"], rtol=1e-6, atol=1e-9)
    targets = [condition.target for condition in found.conditions]
    printed = [case["published"][name] for name in ("PV", "DD", "DC")]
    np.testing.assert_allclose(targets, printed, rtol=1e-7)


def test_two_zeros_around_one_payment() -> None:
    case = mathematics_case("fi_redington_immunisation")
    inputs, expected = case["inputs"], case["rows"][0]["expected"]
    amount, term = inputs["liability"]
    question = zeros_question(
        inputs["assets"], times=[term], payments=[amount], curve=flat_curve(inputs["y"])
    )
    found = redington_portfolio(question)
    faces = 100.0 * found.levels
    assert faces == pytest.approx([expected["face5"], expected["face12"]], rel=1e-7)
    for name, move in (("surplus_+100bp", 0.01), ("surplus_-100bp", -0.01)):
        shift = CurveShift.parallel(move)
        surplus = RevaluedPortfolio(question, found).value_under(shift)
        surplus -= liability_under(question, shift)
        assert surplus == pytest.approx(expected[name], abs=1e-7)


@pytest.fixture(scope="module")
def immun() -> dict[str, Any]:
    return immun_arrays()


def immun_arrays() -> dict[str, Any]:
    """The data of IMMUN as arrays: bonds of 1000 face, actual days over 365."""
    given = matching_case("gamslib_immun1")["data"]
    start = np.datetime64(dt.date.fromisoformat(given["valuation_date"]))
    due = [row for row in given["liabilities"] if row["amount"]]
    times = years(start, [row["date"] for row in due])
    amounts = np.array([row["amount"] for row in due], dtype=np.float64)
    worth = amounts * np.exp(-times * np.array([row["rate_continuous"] for row in due]))
    grid, yields = np.array(given["cashflow"]), np.array(given["yield_semiannual"])
    owners, dates = np.nonzero(grid.T)
    flow_times = years(start, given["payment_dates"])[dates]
    flow_amounts = grid[dates, owners]
    return {
        "yields": yields,
        "value": float(worth.sum()),
        "sensitivity": float(-(times @ worth)),
        "k": own_yield_sensitivities(flow_times, flow_amounts, yields, owners),
        "data": MatchingData(
            policy=MatchingPolicy(reinvestment_rate=0.05, cash_cap_months=None),
            payment_times=times,
            payments=amounts,
            prices=10.0 * (np.array(given["price"]) + np.array(given["accrued"])),
            flow_bonds=owners,
            flow_times=flow_times,
            flow_amounts=flow_amounts,
            flow_principals=np.zeros(len(owners)),
            cash_caps=np.full(len(amounts) + 1, np.inf),
        ),
    }


def years(start: np.datetime64, days: list[str]) -> FloatArray:
    elapsed = np.array(days, dtype="datetime64[D]") - start
    return np.asarray(elapsed.astype(np.int64) / 365.0, dtype=np.float64)


def question_of(data: MatchingData) -> RivalQuestion:
    return RivalQuestion(data=data, bonds=unlabelled(len(data.prices)), curve=flat_curve(0.09))


def test_own_yield_immunisation_of_eight_treasuries(immun: dict[str, Any]) -> None:
    expected = matching_case("gamslib_immun1")["expected"]
    rows = own_yield_rows(
        immun["data"].prices, immun["k"], value=immun["value"], sensitivity=immun["sensitivity"]
    )
    found = least_cost_portfolio(-immun["k"] * immun["yields"], rows)
    assert -found.objective == pytest.approx(expected["objective"], rel=1e-9)


@pytest.mark.parametrize("variant", [HorizonRows.RELATIVE, HorizonRows.MONEY])
def test_dedication_until_1992_with_a_duration_row(
    immun: dict[str, Any], variant: HorizonRows
) -> None:
    data, dedicated = immun["data"], 4
    whole = WholeDuration(
        sensitivities=immun["k"], value=immun["value"], sensitivity=immun["sensitivity"]
    )
    row = whole_duration_row(data.prices, whole, variant)
    found = horizon_portfolio_with(question_of(data), [row], dedicated=dedicated)
    matrix, right = balances(data, dedicated)
    bonds = len(data.prices)
    duration = np.zeros(matrix.shape[1])
    if variant is HorizonRows.MONEY:
        duration[:bonds], target = immun["k"], immun["sensitivity"]
    else:
        duration[:bonds] = immun["sensitivity"] * data.prices - immun["value"] * immun["k"]
        duration[bonds], target = immun["sensitivity"], 0.0
    costs = np.concatenate((data.prices, [1.0], np.zeros(dedicated)))
    scale = np.abs(duration).max()
    expected = linprog(
        costs,
        A_eq=np.vstack((matrix, duration / scale)),
        b_eq=np.append(right, target / scale),
        method="highs-ipm",
    )
    assert expected.status == 0, expected.message
    assert found.cost == pytest.approx(float(expected.fun or 0.0), rel=1e-7)


def balances(data: MatchingData, dates: int) -> tuple[npt.NDArray[np.float64], FloatArray]:
    """Dense balance rows, payment by payment, of bonds, then cash s_0..s_T."""
    bonds, when = len(data.prices), data.payment_times
    matrix = np.zeros((dates, bonds + dates + 1))
    for bond, time, amount in zip(data.flow_bonds, data.flow_times, data.flow_amounts, strict=True):
        serves = [t for t in range(dates) if time <= when[t]]
        if serves:
            matrix[serves[0], bond] += amount * 1.05 ** (when[serves[0]] - time)
    for t in range(dates):
        matrix[t, bonds + t] = 1.05 ** (when[t] - (when[t - 1] if t else 0.0))
        matrix[t, bonds + t + 1] = -1.0
    return matrix, data.payments[:dates]


def test_dedication_of_every_date_needs_no_row(immun: dict[str, Any]) -> None:
    data = immun["data"]
    found = horizon_portfolio_with(question_of(data), (), dedicated=data.periods)
    matrix, right = balances(data, data.periods)
    costs = np.concatenate((data.prices, [1.0], np.zeros(data.periods)))
    expected = linprog(costs, A_eq=matrix, b_eq=right, method="highs-ipm")
    assert found.cost == pytest.approx(float(expected.fun or 0.0), rel=1e-8)


def test_a_value_row_lifts_the_cost_of_a_duration_row_alone(immun: dict[str, Any]) -> None:
    """Why a duration row alone is no immunisation: it can be met for less than the value."""
    policy = replace(immun["data"].policy, initial_cash=Availability.NONE)
    question = question_of(replace(immun["data"], policy=policy))
    rows = value_and_duration(question)
    both = immunised_portfolio(question, RivalRule.REDINGTON, rows)
    alone = immunised_portfolio(question, RivalRule.DURATION_ONLY, rows[1:])
    assert alone.cost < 0.9 * both.cost
