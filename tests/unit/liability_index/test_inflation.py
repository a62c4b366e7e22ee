"""Index-linked payments: worked examples, what is stated when, and what is refused."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.curves import flat_curve
from defease.dates import to_date
from defease.errors import InputError
from defease.liability_index import (
    Projection,
    dated_curves,
    expected_inflation,
    liability_index,
    linked_return,
    month_rows,
    price_index,
)
from tests.inflation_data import (
    CPI_MONTHS,
    Linked,
    cpi,
    expected_curves,
    explained,
    linked_flows,
    projection,
    slow_inflation,
)
from tests.liability_index_data import MONTHS, START, flat_history, history, plan

TWO_YEARS = dt.date(2027, 12, 31)  # 730 days
JANUARY = dt.date(2026, 1, 31)
FLAT = [300.0] * 6


def one_month(
    amount: float = 1000.0, *, levels: tuple[float, float] = (300.0, 303.0), expected: float = 0.024
) -> float:
    flows = linked_flows([Linked(TWO_YEARS, amount)])
    index = price_index(
        "cpi", CPI_MONTHS[:2], levels, expected=expected_inflation(expected, MONTHS[:2])
    )
    made = liability_index([projection(flows, index)], flat_history(0.05, MONTHS[:2]))
    return float(made.total.growth_lines().inflation[0])


def test_one_payment_by_hand() -> None:
    """Prices rose 1% in a month in which 2.4% a year was expected; 699 days are left at 5%."""
    surprise = 1.01 / 1.024 ** (1 / 12) - 1
    assert one_month() == pytest.approx(1000 * 1.05 ** (-699 / 365) * surprise, rel=1e-12)


def test_lower_prices_than_expected_are_a_gain() -> None:
    """Prices stood still: the payment is a month of expected inflation smaller."""
    lost = 1.024 ** (-1 / 12) - 1
    value = 1000 * 1.05 ** (-699 / 365)
    assert one_month(levels=(300.0, 300.0)) == pytest.approx(value * lost, rel=1e-12)


def test_no_inflation_where_none_was_expected_is_exactly_zero() -> None:
    assert one_month(levels=(300.0, 300.0), expected=0.0) == 0.0


def test_a_higher_expectation_moves_all_months_to_come() -> None:
    """From 2.4% to 3% with 23 months to go, prices as expected in the month itself."""
    rates = np.array([[0.024] * 3, [0.03] * 3])
    grown = 300.0 * 1.024 ** (1 / 12)
    index = price_index(
        "cpi", CPI_MONTHS[:2], [300.0, grown], expected=expected_curves(rates, MONTHS[:2])
    )
    made = liability_index(
        [projection(linked_flows([Linked(TWO_YEARS, 1000.0)]), index)],
        flat_history(0.05, MONTHS[:2]),
    )
    moved = (1.03 / 1.024) ** (23 / 12)
    value = 1000 * 1.05 ** (-699 / 365)
    assert made.total.growth_lines().inflation[0] == pytest.approx(value * (moved - 1), rel=1e-12)
    ahead = made.payments_ahead(JANUARY)
    np.testing.assert_allclose(ahead.amounts, [1000 * moved], rtol=1e-12)


def test_a_payment_of_the_month_is_paid_at_its_own_number() -> None:
    flows = linked_flows([Linked(dt.date(2026, 1, 15), 100.0), Linked(TWO_YEARS, 0.01)])
    index = cpi([300.0, 306.0, *[306.0] * 4], expected_inflation(0.0, MONTHS))
    made = liability_index([projection(flows, index)], flat_history(0.0))
    assert made.payments[0, 0] == pytest.approx(102.0, rel=1e-12)
    assert made.total.growth_lines().inflation[0] == pytest.approx(2.0 + 0.01 * 0.02, rel=1e-12)
    assert made.experience[0].sum() == 0.0


def test_real_flows_on_the_real_curve_are_nominal_flows_on_the_nominal_one() -> None:
    """Prices and expectations at 3%, rates at 4.5%: the value stays real money on a real rate."""
    months = len(MONTHS)
    levels = 300.0 * 1.03 ** (np.arange(months) / 12)
    due = dt.date(2045, 12, 31)
    today = 1000.0 * 1.03**20
    index = cpi(levels, expected_inflation(0.03, MONTHS))
    flows = linked_flows([Linked(due, today)])
    made = liability_index([projection(flows, index)], flat_history(0.045))
    days = (np.datetime64(due) - made.dates).astype(np.int64) / 365
    np.testing.assert_allclose(made.total.present_values, today * 1.045**-days, rtol=1e-12)
    assert np.abs(made.total.growth_lines().inflation).max() <= 1e-12 * today


def test_amounts_stated_later_than_the_start_are_scaled_back_to_it() -> None:
    """Stated in March at what prices were then: at the start the same payment was smaller."""
    levels = [300.0, 303.0, 306.0, 309.0, 312.0, 315.0]
    stated = dt.date(2026, 3, 31)
    flows = linked_flows([Linked(dt.date(2026, 2, 15), 50.0), Linked(TWO_YEARS, 1000.0)])
    given = [Linked(dt.date(2026, 2, 15), 50.0), Linked(TWO_YEARS, 1000.0)]
    index = cpi(levels, expected_inflation(0.02, MONTHS))
    made = liability_index([projection(flows, index, stated=stated)], history())
    # The payment that was over by the stated day stands at what was really paid.
    assert made.payments[1, 0] == pytest.approx(50.0, rel=1e-12)
    np.testing.assert_allclose(made.payments_ahead(stated).amounts, [1000.0], rtol=1e-12)
    at_start = made.payments_ahead(START).amounts[-1]
    assert at_start == pytest.approx(1000 * 300 / 309 * 1.02 ** (3 / 12), rel=1e-12)
    slow = slow_inflation(given, index, made, stated=stated)
    np.testing.assert_allclose(made.total.growth_lines().inflation, slow, rtol=1e-9)
    np.testing.assert_allclose(explained(made), made.total.present_values[1:], rtol=1e-12)


def test_a_new_projection_restates_amounts_and_its_jump_is_experience() -> None:
    levels = [300.0, 310.0, 311.0, 312.0, 313.0, 314.0]
    index = cpi(levels, expected_inflation(0.02, MONTHS))
    first = linked_flows([Linked(TWO_YEARS, 1000.0)])
    reset = dt.date(2026, 3, 31)
    again = linked_flows([Linked(TWO_YEARS, 1000.0)], valuation_date=reset)
    made = liability_index(
        [projection(first, index), projection(again, index, stated=reset)], history()
    )
    grown = 1000 * 312 / 300 * 1.02 ** (-3 / 12)
    price = float(history().curve_on(reset).discount_factors([640 / 365])[0])
    assert made.experience[2].sum() == pytest.approx((1000 - grown) * price, rel=1e-12)
    np.testing.assert_allclose(explained(made), made.total.present_values[1:], rtol=1e-12)


def test_fixed_and_linked_payments_of_one_day_stay_apart() -> None:
    given = [Linked(TWO_YEARS, 400.0, ""), Linked(TWO_YEARS, 600.0)]
    index = cpi([300.0, 303.0, *[303.0] * 4], expected_inflation(0.0, MONTHS))
    made = liability_index([projection(linked_flows(given), index)], flat_history(0.05))
    assert made.linked_to == ("cpi",)
    ahead = made.payments_ahead(JANUARY)
    np.testing.assert_allclose(ahead.amounts, [400.0 + 606.0], rtol=1e-12)
    buckets = np.sum([part.growth_lines().inflation for part in made.buckets], axis=0)
    np.testing.assert_allclose(buckets, made.total.growth_lines().inflation, rtol=1e-12)


def test_rows_and_linked_returns_show_the_line() -> None:
    index = cpi([300.0, 303.0, *[303.0] * 4], expected_inflation(0.02, MONTHS))
    made = liability_index(
        [projection(linked_flows([Linked(TWO_YEARS, 1000.0)]), index)], history()
    )
    lines = made.total.growth_lines()
    assert [row.inflation for row in month_rows(made)] == lines.inflation.tolist()
    linked = linked_return(made.total, 0, 5)
    assert linked is not None
    levels, opening = made.total.levels.data / 100, made.total.opening_values
    by_hand = sum(levels[k] * lines.inflation[k] / opening[k] for k in range(5))
    assert linked.inflation == pytest.approx(by_hand, rel=1e-12)


def test_a_fixed_plan_has_no_inflation_whatever_prices_do() -> None:
    index = cpi([300.0, 400.0, 200.0, 250.0, 500.0, 100.0], expected_inflation(0.2, MONTHS))
    with_index = liability_index([projection(plan(), index)], history())
    without = liability_index([Projection(START, plan())], history())
    assert not with_index.total.growth_lines().inflation.any()
    for one, other in zip(with_index.parts, without.parts, strict=True):
        np.testing.assert_array_equal(one.stages, other.stages)
    assert with_index.linked_to == ()


def test_dates_before_a_months_end_take_calendar_months() -> None:
    """A date of the 29th: a payment of the 31st has its month's number already."""
    days = [dt.date(2026, 1, 29), dt.date(2026, 2, 26)]
    curves = dated_curves({day: flat_curve(0.0) for day in days})
    given = [Linked(dt.date(2026, 1, 31), 100.0), Linked(dt.date(2026, 6, 30), 100.0)]
    index = cpi([300.0, 310.0, 341.0, *[341.0] * 3], expected_inflation(0.0, MONTHS))
    flows = linked_flows(given, valuation_date=days[0])
    made = liability_index([projection(flows, index, stated=days[0])], curves)
    assert made.payments[0, 0] == pytest.approx(100.0, rel=1e-12)
    assert made.total.growth_lines().inflation[0] == pytest.approx(10.0, rel=1e-12)


def refused(*projections: Projection) -> str:
    with pytest.raises(InputError) as caught:
        liability_index(list(projections), history())
    return str(caught.value)


def test_missing_numbers_expectations_and_indices_are_refused_by_name() -> None:
    flows = linked_flows([Linked(TWO_YEARS, 1000.0)])
    gap = price_index(
        "cpi",
        ["2025-09", "2025-11", "2025-12", "2026-01", "2026-02"],
        [300.0] * 5,
        expected=expected_inflation(0.02, MONTHS),
    )
    words = refused(projection(flows, gap))
    assert "index cpi: has no number for 2025-10" in words
    assert "less the lag of 3" in words
    assert "none is made up" in words
    short = cpi(FLAT, expected_inflation(0.02, MONTHS[:-1]))
    assert "no expected inflation on 2026-05" in refused(projection(flows, short))
    assert "linked to 'cpi', an index that is not given" in refused(Projection(START, flows))
    other = price_index("cpl", CPI_MONTHS, FLAT, expected=expected_inflation(0.02, MONTHS))
    assert "did you mean 'cpl'?" in refused(projection(flows, other))


def test_a_gap_that_no_date_needs_is_no_matter() -> None:
    flows = linked_flows([Linked(TWO_YEARS, 1000.0)])
    index = price_index(
        "cpi",
        ["2025-07", *CPI_MONTHS],
        [290.0, *FLAT],
        expected=expected_inflation(0.0, MONTHS),
    )
    made = liability_index([projection(flows, index)], history())
    assert to_date(made.dates[-1]) == dt.date(2026, 5, 31)


@pytest.mark.parametrize(
    ("months", "levels", "lag", "said"),
    [
        (["2025-09", "2025-09"], [1.0, 2.0], 3, "months do not increase"),
        (["2025-10", "2025-09"], [1.0, 2.0], 3, "months do not increase"),
        (["2025-09"], [1.0, 2.0], 3, "1 months but 2 index numbers"),
        (["2025-09", "2025-10"], [1.0, -0.2], 3, "not rates of inflation"),
        (["2025-09"], [1.0], -1, "lag of -1 months"),
    ],
)
def test_bad_indices_are_refused(
    months: list[str], levels: list[float], lag: int, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        price_index("cpi", months, levels, expected=expected_inflation(0.0, MONTHS), lag_months=lag)
