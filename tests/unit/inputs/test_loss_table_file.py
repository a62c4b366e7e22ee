from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.inputs.csv_reader import read_csv
from defease.inputs.loss_table_file import LossTableReading, read_loss_table
from defease.matching.haircut import CumulativeLossTable, ExpectedLossTable
from tests.unit.inputs.building import only_problem, problems_of

DAY = dt.date(2025, 12, 31)


def read(text: str) -> LossTableReading:
    return read_loss_table(read_csv(text.encode(), source="losses.csv"), as_of=DAY)


def test_intensities_by_rating() -> None:
    reading = read("rating,intensity,recovery\nAAA,0.0001,0.3\nBaa2,0.002,0.3\nNR,0.01,0.3\n")
    losses = reading.losses
    assert isinstance(losses, ExpectedLossTable)
    assert losses.intensities == {"AAA": 0.0001, "BBB": 0.002, "": 0.01}
    assert (losses.name, losses.as_of, losses.recovery) == ("losses.csv", DAY, 0.3)
    assert reading.cautions == ()
    kept = losses.survival(("", "UST"), np.array([0, 1]), np.array([2.0, 2.0]))
    np.testing.assert_allclose(kept, [np.exp(-0.01 * 0.7 * 2), 1.0], rtol=1e-15)


def test_cumulative_probabilities_by_year_in_any_order_of_columns() -> None:
    reading = read("rating,2,1\nA,0.3%,0.1%\nBB,4%,1%\n")
    losses = reading.losses
    assert isinstance(losses, CumulativeLossTable)
    assert losses.cumulative["A"] == pytest.approx((0.001, 0.003), rel=1e-15)
    assert losses.unrated_as == "BB"
    assert {c.code for c in reading.cautions} == {"recovery_assumed", "unrated_losses"}
    assert "2 ratings over 2 years, recovery 40%" in reading.understood


def test_percent_by_the_heading() -> None:
    losses = read("rating,intensity_pct\nA,0.06\nBBB,0.15\n").losses
    assert isinstance(losses, ExpectedLossTable)
    assert losses.intensities["BBB"] == pytest.approx(0.0015, rel=1e-15)
    assert losses.unrated_as == "BBB"


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("rating,loss\nA,0.1\n", "losses.csv", "neither an intensity nor years"),
        ("rating,intensity,1\nA,0.1,0.1\n", "losses.csv", "both intensities and years"),
        ("rating,1,3\nA,0.1,0.2\n", "losses.csv", "every year from 1 to the last"),
        ("rating,intensity\nXX,0.1\nA,0.1\n", "losses.csv: line 2, column rating", "not a rating"),
        ("rating,intensity\nUST,0\nA,0\n", "losses.csv: line 2, column rating", "count in full"),
        ("rating,intensity\nA,0\nA2,0\n", "losses.csv: line 3, column rating", "stands twice"),
        ("rating,intensity\nNR,0.1\n", "losses.csv", "no rated row"),
        ("rating,intensity\nA,6\n", "losses.csv: line 2, column intensity", "not a share"),
        ("rating,intensity\nA,-0.1\n", "losses.csv: line 2, column intensity", "not a share"),
        ("rating,intensity\nA,\n", "losses.csv: line 2, column intensity", "is empty"),
        ("rating,1,2\nA,0.2,0.1\n", "losses.csv: line 2, column 2", "which never fall"),
        ("rating,1,recovery\nA,0.2,40\n", "losses.csv: line 2, column recovery", "not a share"),
        ("rating,1,recovery\nA,0,0.4\nB,0,0.3\n", "losses.csv", "several recoveries (0.3, 0.4)"),
        ("intensity\n0.1\n", "losses.csv", "no column 'rating'"),
    ],
)
def test_refusals_name_the_place(text: str, where: str, said: str) -> None:
    problem = only_problem(lambda: read(text))
    assert problem.where == where
    assert said in f"{problem.what}; {problem.remedy}"


def test_all_problems_of_a_table_come_at_once() -> None:
    assert len(problems_of(lambda: read("rating,1,2\nXX,0.2,0.1\nA,7,8\n"))) == 4
