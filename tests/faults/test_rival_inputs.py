"""Histories and policies that cannot be compared: refused, with the month or the name at fault."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from defease.cashflows import Payments
from defease.curves import CurveHistory, Extrapolation
from defease.dates import to_date
from defease.errors import InputError, ModelError
from defease.performance.panels import discount_panel
from defease.performance.portable import alpha_history
from defease.performance.rivals import (
    BROAD_STAND_IN,
    LONG_STAND_IN,
    ParBondIndex,
    RivalChoices,
    ZeroIndex,
    cash_returns,
    class_history,
    hedged_liability,
    index_from_returns,
    index_history,
    study_rivals,
)
from tests.porting import flat_history, monthly_payments, months_of


def without(history: CurveHistory, row: int) -> CurveHistory:
    kept = np.arange(len(history)) != row
    return replace(history, dates=history.dates[kept], zero_rates=history.zero_rates[kept])


def test_a_month_missing_from_the_curves_is_named_by_every_reader() -> None:
    gap = without(flat_history(0.04, 8), 3)
    with pytest.raises(InputError, match="2020-05 follows 2020-03"):
        index_history(BROAD_STAND_IN, gap)
    with pytest.raises(InputError, match="2020-05 follows 2020-03"):
        cash_returns(gap)
    with pytest.raises(InputError, match="2020-05 follows 2020-03"):
        alpha_history(np.ones(60), monthly_payments(gap, 60), np.zeros(6), alpha_assets=10.0)


def test_one_month_end_makes_no_history() -> None:
    with pytest.raises(InputError, match="at least two month ends"):
        index_history(LONG_STAND_IN, flat_history(0.04, 1))


def test_a_curve_that_refuses_to_be_extended_says_so() -> None:
    short = replace(flat_history(0.04, 3), extrapolation=Extrapolation.REFUSE)
    with pytest.raises(InputError, match="30"):
        monthly_payments(short, 12 * 31)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_none_is_found_before_anything_is_computed(value: float) -> None:
    curves = flat_history(0.04, 4)
    panel = monthly_payments(curves, 24)
    with pytest.raises(InputError, match="not a finite number"):
        alpha_history(np.ones(24), panel, [0.0, value, 0.0], alpha_assets=1.0)
    with pytest.raises(InputError, match="not a finite number"):
        index_from_returns("x", curves.dates, [0.0, value, 0.0], durations=4.0)
    with pytest.raises(InputError, match="not a finite number"):
        hedged_liability(panel, np.full(24, value))
    with pytest.raises(InputError, match="not a finite number"):
        class_history(
            {"a": 1.0}, {"a": np.array([0.0, value, 0.0])}, amounts=np.ones(24), prices=panel
        )


def test_contributions_that_exceed_everything_owed_leave_nothing_to_compare_with() -> None:
    panel = monthly_payments(flat_history(0.04, 4), 24)
    with pytest.raises(InputError, match="nothing is owed on 2020-01-31"):
        hedged_liability(panel, -np.ones(24))
    with pytest.raises(ModelError, match="nothing is owed any more on 2020-01-31"):
        alpha_history(-np.ones(24), panel, np.zeros(3), alpha_assets=1.0)


def test_recipes_report_all_their_problems_at_once() -> None:
    with pytest.raises(InputError) as bonds:
        ParBondIndex("p", (0.3, 5.0), (0.5, 0.2, 0.3))
    assert len(bonds.value.problems) == 2
    with pytest.raises(InputError) as zeros:
        ZeroIndex("z", (0.1,), (float("nan"), 1.0))
    assert len(zeros.value.problems) == 3
    with pytest.raises(InputError, match="too short to hold"):
        ZeroIndex.of_key_rates("sheet", [0.1], [0.25])
    with pytest.raises(InputError, match="1 durations for 2 tenors"):
        ZeroIndex.of_key_rates("sheet", [0.1], [1.0, 2.0])


def test_payments_of_the_past_are_refused_with_their_day() -> None:
    curves = flat_history(0.04, 3)
    with pytest.raises(InputError, match="2020-01-31 is not after"):
        discount_panel(curves, months_of(3))


def test_a_study_without_an_index_or_without_assets_is_refused() -> None:
    curves = flat_history(0.04, 4)
    due = Payments.from_dates(to_date(curves.dates[0]), months_of(30)[1:], np.ones(29))
    with pytest.raises(InputError, match="no index is chosen"):
        study_rivals(due, curves, choices=RivalChoices(indexes=()))
    with pytest.raises(InputError, match="opening funded ratio of 0"):
        study_rivals(due, curves, opening_ratio=0.0)
    with pytest.raises(InputError, match="name the shorter one first"):
        study_rivals(due, curves, choices=RivalChoices(zeros=(15.0, 5.0)))
