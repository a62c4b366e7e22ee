from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.errors import InputError
from defease.valuation.legal import (
    Month,
    SegmentElection,
    SegmentHistory,
    SegmentStage,
    elected_corridor,
    elected_segment_rates,
    given_segment_rates,
    hqm_segment_rates,
    published_segment_rates,
    within_corridor,
)
from defease.valuation.legal.months import months_ending

AUGUST = dt.date(2025, 8, 15)
AVERAGES = (0.03, 0.056, 0.062)


DECEMBER = Month(2025, 12)


def rising(last: Month = DECEMBER, count: int = 40) -> SegmentHistory:
    """A history in which the rates of each month tell the month: hundredths 100, 101, 102, ..."""
    months = months_ending(last, count)
    rows = [[(100 + k) / 1e4, (300 + k) / 1e4, (500 + k) / 1e4] for k in range(count)]
    return published_segment_rates(months, rows, source="rising.csv")


def hundredths(rates: tuple[float, ...]) -> list[int]:
    return [round(1e4 * rate) for rate in rates]


@pytest.mark.parametrize("lookback", [0, 1, 2, 3, 4])
def test_the_window_ends_with_the_month_before_the_applicable_month(lookback: int) -> None:
    election = SegmentElection(valuation_date=AUGUST, lookback_months=lookback)
    found = elected_segment_rates(rising(), election)
    last = 39 - 5 - lookback  # July 2025 is five months before the end of the history
    tie_up = 100 + last - 11  # mean of 24 steps ends in a half, which is rounded up
    assert hundredths(found.rates) == [tie_up, tie_up + 200, tie_up + 400]
    assert found.stage is SegmentStage.AVERAGE


@pytest.mark.parametrize(
    ("regime", "months"),
    [
        ("lump_sum_417e", 1),
        ("pbgc_standard", 1),
        ("pbgc_alternative", 24),
        ("ppa_430", 24),
        ("", 24),
    ],
)
def test_a_regime_brings_its_average(regime: str, months: int) -> None:
    assert SegmentElection(valuation_date=AUGUST, regime=regime).months == months


def test_monthly_rates_are_those_of_the_month_before() -> None:
    found = elected_segment_rates(
        rising(), SegmentElection(valuation_date=AUGUST, regime="pbgc_standard")
    )
    assert hundredths(found.rates) == [134, 334, 534]
    assert "2025-07" in found.words


def test_the_corridor_keeps_every_step_in_words() -> None:
    election = SegmentElection(
        valuation_date=AUGUST, regime="ppa_430", plan_year=2025, averages_25_year=AVERAGES
    )
    found = elected_segment_rates(rising(), election)
    assert [step.stage for step in found.steps] == ["monthly", "average", "corridor"]
    assert "24-month average of 2023-08 to 2025-07 (rising.csv)" in found.words
    assert "clipped to 95-105% of the 25-year averages 5.00% (3.00% deemed 5.00%)" in found.words
    assert found.to_confirm


def test_25_year_averages_are_derived_when_not_given_and_said_to_be() -> None:
    history = rising(Month(2025, 12), 320)
    election = SegmentElection(valuation_date=AUGUST, regime="ppa_430", plan_year=2025)
    found = elected_segment_rates(history, election)
    # October 1999 to September 2024: 300 months that begin 4 months after the first of the history.
    first = history.rates[Month(1999, 10)][1]
    middle = (2 * round(1e4 * first) + 299 + 1) // 2
    assert hundredths(history.average_of_25_years(2025))[1] == middle
    assert "derived_25_year_averages" in {caution.code for caution in found.cautions}


def test_limits_are_rounded_half_up_in_whole_hundredths() -> None:
    # 95% of 5.70% is 5.415%: a tie, which binary fractions would send either way.
    found = within_corridor(
        given_segment_rates([0.0155, 0.0376, 0.0473]),
        plan_year=2026,
        averages_25_year=[0.03, 0.05, 0.057],
    )
    assert hundredths(found.rates) == [475, 475, 542]


def test_a_floor_only_where_law_has_one() -> None:
    low = given_segment_rates([0.01, 0.01, 0.01])
    before = within_corridor(low, plan_year=2019, averages_25_year=[0.04, 0.04, 0.04])
    after = within_corridor(low, plan_year=2020, averages_25_year=[0.04, 0.04, 0.04])
    assert hundredths(before.rates) == [360, 360, 360]
    assert hundredths(after.rates) == [475, 475, 475]


def test_minimum_funding_without_a_plan_year_is_said_to_lack_its_corridor() -> None:
    found = elected_segment_rates(
        rising(), SegmentElection(valuation_date=AUGUST, regime="ppa_430")
    )
    assert [caution.code for caution in found.cautions] == ["no_corridor"]


def test_another_average_than_the_prescribed_is_said() -> None:
    election = SegmentElection(valuation_date=AUGUST, regime="lump_sum_417e", average_months=24)
    found = elected_segment_rates(rising(), election)
    assert [caution.code for caution in found.cautions] == ["not_the_prescribed_average"]


def test_published_rates_with_three_decimals_are_refused_by_month() -> None:
    with pytest.raises(InputError, match=r"2025-07: 4\.865% has more than two decimals"):
        published_segment_rates([Month(2025, 7)], [[0.04865, 0.05, 0.06]], source="rates.csv")


def test_percent_instead_of_decimals_is_refused() -> None:
    with pytest.raises(InputError, match=r"write 4\.86% as 0\.0486"):
        published_segment_rates([Month(2025, 7)], [[4.86, 5.36, 5.67]], source="rates.csv")


def test_a_month_twice_is_refused() -> None:
    with pytest.raises(InputError, match="2025-07 more than once"):
        published_segment_rates([Month(2025, 7)] * 2, [[0.04, 0.05, 0.06]] * 2, source="rates.csv")


@pytest.mark.parametrize(
    ("election", "message"),
    [
        (SegmentElection(valuation_date=AUGUST, lookback_months=5), "0 to 4 months back"),
        (SegmentElection(valuation_date=AUGUST, average_months=12), "write 1 or 24"),
        (
            SegmentElection(valuation_date=AUGUST, regime="deduction_404o", plan_year=2025),
            "knows no corridor",
        ),
        (SegmentElection(valuation_date=dt.date(2030, 1, 1)), r"2028-02.* and 18 more missing"),
        (SegmentElection(valuation_date=AUGUST, regime="ppa_430", plan_year=2025), "300 months"),
    ],
)
def test_elections_that_law_or_data_do_not_allow(election: SegmentElection, message: str) -> None:
    with pytest.raises(InputError, match=message):
        elected_segment_rates(rising(), election)


def test_typed_rates_need_their_25_year_averages() -> None:
    typed = given_segment_rates([0.0155, 0.0376, 0.0473])
    election = SegmentElection(valuation_date=AUGUST, plan_year=2026)
    with pytest.raises(InputError, match="needs the 25-year averages"):
        elected_corridor(typed, election)
    alone = elected_corridor(typed, SegmentElection(valuation_date=AUGUST))
    assert alone.rates == typed.rates


def test_the_corridor_is_applied_once() -> None:
    once = within_corridor(
        given_segment_rates([0.04, 0.05, 0.06]), plan_year=2026, averages_25_year=AVERAGES
    )
    with pytest.raises(InputError, match="in a corridor already"):
        within_corridor(once, plan_year=2026, averages_25_year=AVERAGES)


def test_the_five_year_node_makes_the_first_rate() -> None:
    terms = np.arange(1, 121) / 2
    rates = np.where(terms == 5.0, 0.12, 0.02)
    found = hqm_segment_rates([Month(2025, 7)], terms, [rates], source="hqm.csv")
    assert hundredths(found.rates[Month(2025, 7)]) == [300, 200, 200]


@pytest.mark.parametrize(
    ("terms", "message"),
    [([1.0, 5.0, 20.0, 60.0], "from 0.5 to 60"), ([0.5, 5.0, 20.0, 50.0], "from 0.5 to 60")],
)
def test_a_curve_too_short_for_segments_is_refused(terms: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        hqm_segment_rates([Month(2025, 7)], terms, [[0.05] * 4], source="hqm.csv")


def test_unmeasured_nodes_are_said_to_be_so() -> None:
    found = hqm_segment_rates(
        [Month(2025, 7)], [0.5, 5.0, 20.0, 60.0], [[0.05] * 4], source="hqm.csv"
    )
    assert hundredths(found.rates[Month(2025, 7)]) == [500, 500, 500]
    assert "has not been measured" in found.cautions[0].message
