"""What share of a promised payment may be counted on."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from defease.errors import InputError
from defease.matching.haircut import CumulativeLossTable, ExpectedLossTable

DAY = dt.date(2025, 12, 31)
ROWS = {"A": (0.01, 0.02, 0.04), "BBB": (0.02, 0.05, 0.09), "BBB-": (0.03, 0.08, 0.13)}
TABLE = CumulativeLossTable("three years", DAY, "example", 0.25, ROWS, unrated_as="BBB")
YEARLY = ExpectedLossTable("yearly", DAY, "example", 0.25, {"A": 0.01, "BBB": 0.02}, "BBB")


def factor(rating: str, time: float) -> float:
    return float(TABLE.survival((rating,), np.array([0]), np.array([time]))[0])


@pytest.mark.parametrize(
    ("time", "defaulted"),
    [(0.0, 0.0), (0.5, 0.01), (1.0, 0.02), (1.25, 0.0275), (3.0, 0.09)],
)
def test_default_probabilities_are_linear_between_years(time: float, defaulted: float) -> None:
    assert factor("BBB+", time) == pytest.approx(1 - 0.75 * defaulted, rel=1e-15)


def test_after_the_last_year_survivors_go_on_to_default_at_its_rate() -> None:
    rate = 1 - 0.91 / 0.95
    for later in (0.5, 1.0, 7.0):
        alive = 0.91 * (1 - rate) ** later
        assert factor("BBB", 3 + later) == pytest.approx(0.25 + 0.75 * alive, rel=1e-14)


def test_a_row_of_its_own_comes_before_the_bucket() -> None:
    assert factor("BBB-", 1.0) == pytest.approx(1 - 0.75 * 0.03, rel=1e-15)
    assert factor("BBB+", 1.0) == factor("BBB", 1.0) == factor("", 1.0)
    assert factor("UST", 30.0) == 1.0


def test_each_payment_takes_the_factor_of_its_own_bond() -> None:
    owners, times = np.array([0, 1, 2, 1]), np.array([1.0, 2.0, 2.0, 9.0])
    together = TABLE.survival(("A", "UST", "BBB-"), owners, times)
    alone = [factor(r, t) for r, t in (("A", 1.0), ("UST", 2.0), ("BBB-", 2.0), ("UST", 9.0))]
    assert together.tolist() == alone


def test_a_bond_sure_to_default_leaves_its_recovery() -> None:
    table = CumulativeLossTable("sure", DAY, "example", 0.4, {"D": (1.0,)}, unrated_as="D")
    kept = table.survival(("D",), np.zeros(3, dtype=np.int64), np.array([0.0, 1.0, 5.0]))
    assert kept.tolist() == [1.0, 0.4, 0.4]


def test_intensities_and_the_probabilities_they_imply_agree_without_recovery() -> None:
    hazard = 0.03
    implied = tuple(1 - math.exp(-hazard * year) for year in range(1, 31))
    by_year = CumulativeLossTable("years", DAY, "example", 0.0, {"B": implied}, unrated_as="B")
    yearly = ExpectedLossTable("hazard", DAY, "example", 0.0, {"B": hazard}, "B")
    owners, times = np.zeros(45, dtype=np.int64), np.arange(45.0)
    np.testing.assert_allclose(
        by_year.survival(("B",), owners, times), yearly.survival(("B",), owners, times), rtol=1e-13
    )


@pytest.mark.parametrize("table", [TABLE, YEARLY])
def test_a_rating_that_the_table_does_not_know_is_refused(
    table: CumulativeLossTable | ExpectedLossTable,
) -> None:
    with pytest.raises(InputError, match=r"no default \w+ for rating 'CCC'"):
        table.survival(("CCC",), np.array([0]), np.array([1.0]))
