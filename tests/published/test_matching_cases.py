"""Published dedication and immunisation problems, each with its source in cases/matching.json.

Cornuejols, Pena and Tutuncu, Optimization Methods in Finance, example 3.1; Luenberger, Investment
Science, p. 108; Consiglio, Nielsen and Zenios, FINLIB; LINDO API asset-liability example; GAMS
Model Library IMMUN.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest

from defease.arrays import FloatArray
from defease.matching import Availability, MatchingData, MatchingPolicy, Surplus
from defease.matching.problem import build_program
from defease.matching.rivals import (
    TargetRow,
    least_cost_portfolio,
    own_yield_sensitivities,
    redington_rows,
    spot_measures,
)
from defease.solvers import NoSolution, SolverStatus, solve_linear_program
from tests.matching_data import grid_data, labels, solved
from tests.shared_files import matching_case

DEDICATIONS = [
    "omf2e_ex3_1_carry0",
    "luenberger_nocarry",
    "finlib_dedication_noborrow",
    "finlib_dedication",
]
VARIANTS = range(10)


def data_of(case: dict[str, Any], **changes: float) -> MatchingData:
    options = {**case["options"], **changes}
    cap = options["borrowing_cap"]
    policy = MatchingPolicy(
        surplus=Surplus(options["surplus"]),
        reinvestment_rate=options.get("reinvestment_rate", 0.0),
        initial_cash=Availability(options["initial_cash"]),
        borrowing_cap=math.inf if cap == "none" else float(cap),
        borrowing_rate=options.get("borrowing_rate"),
        initial_borrowing=Availability(options.get("initial_borrowing", "none")),
        cash_cap_months=None,
    )
    data = case["data"]
    return grid_data(data["price"], data["cashflow"], data["liability"], policy=policy)


@pytest.mark.parametrize("identifier", DEDICATIONS)
def test_the_optimum_and_the_holdings_are_the_published_ones(identifier: str) -> None:
    case = matching_case(identifier)
    matching, solution = solved(data_of(case))
    expected = case["expected"]
    assert solution.objective == pytest.approx(expected["objective"], rel=1e-9)
    np.testing.assert_allclose(solution.x[: len(matching.bonds)], expected["x"], rtol=1e-6)
    if "duals" in expected:
        balances = slice(matching.balances.start, matching.balances.stop)
        np.testing.assert_allclose(solution.row_duals[balances], expected["duals"], rtol=1e-6)
    if case["published"]:
        printed = case["published"]
        assert solution.objective == pytest.approx(printed["objective"], abs=printed["tolerance"])


def test_the_printed_duals_and_holdings_of_the_textbook() -> None:
    case = matching_case("omf2e_ex3_1_carry0")
    matching, solution = solved(data_of(case))
    printed = case["published"]
    duals = solution.row_duals[matching.balances.start :]
    np.testing.assert_allclose(duals, printed["duals"], atol=printed["tolerance"])
    for bond, amount in printed["x"].items():
        assert solution.x[int(bond) - 1] == pytest.approx(amount, abs=5e-5)  # printed to 4 decimals


@pytest.mark.parametrize("number", VARIANTS)
def test_borrowing_rates_that_make_finlib_unbounded_and_those_that_do_not(number: int) -> None:
    case = matching_case("finlib_dedication")
    variant = case["variants"][number]
    rates = {key: variant[key] for key in ("reinvestment_rate", "borrowing_rate")}
    data = data_of(case, **rates)
    found = solve_linear_program(build_program(data, labels(len(data.prices))).program)
    if variant["expected"] == "unbounded":
        assert isinstance(found, NoSolution)
        assert found.status is SolverStatus.UNBOUNDED
        assert found.ray.max() > 0.0
    else:
        assert not isinstance(found, NoSolution)
        assert found.objective == pytest.approx(variant["expected"]["objective"], rel=1e-9)


def test_redington_immunisation_of_thirteen_bonds() -> None:
    case = matching_case("lingo_immunized13")
    data, expected = case["data"], case["expected"]
    grid, spots = np.array(data["cashflow"]), np.array(data["spot_annual"])
    dates, owners = np.nonzero(grid)
    bonds = spot_measures(
        (dates + 1.0).astype(np.float64),
        grid[dates, owners],
        spots[dates],
        owners,
        len(data["price"]),
    )
    years, one = np.arange(1.0, len(spots) + 1.0), np.zeros(len(spots), dtype=np.int64)
    liability = spot_measures(years, np.array(data["liability"]), spots, one, 1)
    assert liability.present_value[0] == pytest.approx(expected["PV_L"], rel=1e-12)
    assert liability.money_duration[0] == pytest.approx(expected["DD_L"], rel=1e-12)
    assert liability.money_convexity[0] == pytest.approx(expected["DC_L"], rel=1e-12)
    solution = least_cost_portfolio(np.array(data["price"]), redington_rows(bonds, liability))
    assert solution.objective == pytest.approx(expected["objective"], rel=1e-9)
    np.testing.assert_allclose(solution.x, expected["x"], rtol=1e-6)


def test_own_yield_immunisation_of_eight_treasuries() -> None:
    case = matching_case("gamslib_immun1")
    data, expected = case["data"], case["expected"]
    start = np.datetime64(dt.date.fromisoformat(data["valuation_date"]))
    due = data["liabilities"]
    times = years(start, [row["date"] for row in due])
    amounts = np.array([row["amount"] for row in due], dtype=np.float64)
    worth = amounts * np.exp(-times * np.array([row["rate_continuous"] for row in due]))
    grid, yields = np.array(data["cashflow"]), np.array(data["yield_semiannual"])
    dates, owners = np.nonzero(grid)
    pay_times = years(start, data["payment_dates"])[dates]
    sensitivities = own_yield_sensitivities(pay_times, grid[dates, owners], yields, owners)
    rows = (
        TargetRow(
            "price",
            10.0 * (np.array(data["price"]) + np.array(data["accrued"])),
            float(worth.sum()),
        ),
        TargetRow("money duration", sensitivities, float(-(times @ worth))),
    )
    assert rows[0].target == pytest.approx(expected["P_L"], rel=1e-12)
    assert rows[1].target == pytest.approx(expected["K_L"], rel=1e-12)
    solution = least_cost_portfolio(-sensitivities * yields, rows)
    assert -solution.objective == pytest.approx(expected["objective"], rel=1e-9)
    np.testing.assert_allclose(solution.x, expected["x"], rtol=1e-6)


def years(start: np.datetime64, days: list[str]) -> FloatArray:
    elapsed = np.array(days, dtype="datetime64[D]") - start
    return np.asarray(elapsed.astype(np.int64) / 365.0, dtype=np.float64)
