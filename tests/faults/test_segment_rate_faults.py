"""Bad segment-rate data: one sentence each that says where, what and what to do."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.errors import InputError
from defease.valuation.legal import (
    Month,
    SegmentElection,
    elected_segment_rates,
    hqm_segment_rates,
    parse_month,
    published_segment_rates,
)
from defease.valuation.legal.months import months_ending

TERMS = np.arange(1, 201) / 2
ELECTION = SegmentElection(valuation_date=dt.date(2016, 12, 31))


def message_of(error: InputError) -> str:
    (problem,) = error.problems
    assert problem.where
    assert problem.what
    assert problem.remedy
    return str(problem)


def test_an_hqm_file_with_a_missing_month() -> None:
    months = [m for m in months_ending(Month(2016, 11), 40) if m != Month(2015, 10)]
    curves = np.full((len(months), len(TERMS)), 0.04)
    history = hqm_segment_rates(months, TERMS, curves, source="hqm.csv")
    with pytest.raises(InputError) as caught:
        elected_segment_rates(history, ELECTION)
    assert "2015-10 missing" in message_of(caught.value)


def test_a_table_that_ends_too_early_names_the_months() -> None:
    months = months_ending(Month(2016, 9), 36)
    table = published_segment_rates(months, [[0.015, 0.037, 0.047]] * 36, source="irs.csv")
    with pytest.raises(InputError) as caught:
        elected_segment_rates(table, ELECTION)
    assert "2016-10, 2016-11 missing (the file has 2013-10 to 2016-09)" in message_of(caught.value)


@pytest.mark.parametrize("text", ["2016-13", "11/2016", "", "2016", "Nov 2016"])
def test_a_month_that_is_none(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_month(text, where="hqm.csv: row 7")
    assert "write it year-month, as 2025-08" in message_of(caught.value)


@pytest.mark.parametrize(
    ("months", "rates", "words"),
    [
        ([], np.empty((0, 3)), "holds no month"),
        ([Month(2016, 1)], [[0.01, 0.02]], "table of shape"),
        ([Month(2016, 1)], [[0.01, float("nan"), 0.02]], "not a finite number"),
    ],
)
def test_a_table_of_the_wrong_form(months: list[Month], rates: object, words: str) -> None:
    with pytest.raises(InputError) as caught:
        published_segment_rates(months, np.asarray(rates, dtype=np.float64), source="irs.csv")
    assert words in message_of(caught.value)


@pytest.mark.parametrize("terms", [[0.5, 0.4, 20.0, 60.0], [0.5, 20.0, 60.0]])
def test_maturities_that_make_no_curve(terms: list[float]) -> None:
    with pytest.raises(InputError) as caught:
        hqm_segment_rates([Month(2016, 1)], terms, [[0.04] * len(terms)], source="hqm.csv")
    assert "rising maturities" in message_of(caught.value)
