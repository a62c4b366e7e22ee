"""What a liability index refuses, and what it flags in words."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.cashflows import FlowKind
from defease.curves import Compounding, Extrapolation, curve_history, flat_curve, month_ends
from defease.errors import InputError
from defease.liability_index import (
    IndexStructure,
    LiabilityIndex,
    Period,
    Projection,
    Span,
    dated_curves,
    liability_index,
    linked_return,
    month_rows,
    period_return,
    statistics_on,
)
from tests.liability_index_data import START, flat_history, flows_on, history, plan

FIRST = Projection(START, plan())


def codes(index: LiabilityIndex) -> list[str]:
    return [caution.code for caution in index.cautions]


def test_a_start_without_a_curve() -> None:
    with pytest.raises(InputError, match=r"no curve on its start, 2026-01-15.*2025-12-31 to 2026"):
        liability_index([FIRST], history(), start=dt.date(2026, 1, 15))
    with pytest.raises(InputError, match="no curve on its start, 2025-12-31"):
        liability_index([FIRST], flat_history(0.04, months=["2026-01", "2026-02"]))


def test_a_missing_month_and_a_doubled_one() -> None:
    gap = flat_history(0.04, months=["2025-12", "2026-01", "2026-03"])
    with pytest.raises(InputError, match="no curve in 2026-02; add the month"):
        liability_index([FIRST], gap)
    days = [START, dt.date(2026, 1, 15), dt.date(2026, 1, 31)]
    doubled = dated_curves(dict.fromkeys(days, flat_curve(0.04)))
    with pytest.raises(InputError, match="2026-01-31 is a second curve of its month; keep one"):
        liability_index([FIRST], doubled)


def test_a_single_curve_is_no_history() -> None:
    with pytest.raises(InputError, match="no month lies between the start"):
        liability_index([FIRST], flat_history(0.04, months=["2025-12"]))
    with pytest.raises(InputError, match="is empty"):
        dated_curves({})


def test_a_risk_free_history_with_other_dates() -> None:
    short = flat_history(0.03, months=["2025-12", "2026-01", "2026-02"])
    with pytest.raises(InputError, match="risk-free history has no curve on 2026-03-31, 2026-04"):
        liability_index([FIRST], history(), risk_free=short)


def test_projections_out_of_place() -> None:
    with pytest.raises(InputError, match="there is no projection"):
        liability_index([], history())
    later = Projection(dt.date(2026, 3, 31), plan())
    with pytest.raises(InputError, match=r"starts on 2025-12-31, its first projection only on"):
        liability_index([later], history(), start=START)
    with pytest.raises(InputError, match="follows that of 2026-03-31; give projections in order"):
        liability_index([later, FIRST], history(), start=dt.date(2026, 3, 31))
    with pytest.raises(InputError, match=r"of 2026-03-31 starts before the index \(2026-04-30\)"):
        liability_index([FIRST, later], history(), start=dt.date(2026, 4, 30))
    close = [Projection(dt.date(2026, 2, day), plan()) for day in (3, 20)]
    with pytest.raises(InputError, match="two projections take effect in the month"):
        liability_index([FIRST, *close], history())


def test_a_projection_without_payments_ahead() -> None:
    over = flows_on(["2026-02-15"], [5.0])
    with pytest.raises(InputError, match="2026-03-31 has no payment after it takes effect"):
        liability_index([FIRST, Projection(dt.date(2026, 3, 31), over)], history())


def test_a_later_start_leaves_out_what_is_due_by_then_and_says_so() -> None:
    index = liability_index([FIRST], history(), start=dt.date(2026, 2, 28))
    assert codes(index) == ["flows_before_start"]
    assert "8 amounts of the projection of 2025-12-31" in index.cautions[0].message
    whole = liability_index([FIRST], history())
    np.testing.assert_allclose(index.total.stages, whole.total.stages[:, 2:], rtol=1e-13)


def test_a_projection_inside_a_month_waits_for_its_end() -> None:
    index = liability_index([FIRST, Projection(dt.date(2026, 2, 10), plan(2.0))], history())
    assert "projection_at_month_end" in codes(index)
    assert np.flatnonzero(index.experience.sum(axis=1)).tolist() == [1]
    unused = liability_index([FIRST, Projection(dt.date(2027, 1, 31), plan())], history())
    assert codes(unused) == ["projection_not_reached"]


def test_an_empty_bucket_has_money_of_zero_and_no_return() -> None:
    index = liability_index([Projection(START, flows_on(["2033-06-30"], [100.0]))], history())
    empty = next(part for part in index.buckets if part.name == "10-20")
    assert not empty.stages.any()
    assert not empty.present_values.any()
    assert empty.total_returns.tolist() == [None] * 5
    assert empty.levels.tolist() == [100.0, *[None] * 5]
    assert index.cautions == ()  # nothing is lost where nothing is due
    shown = next(s for s in statistics_on(index, START) if s.part.name == "10-20")
    assert (shown.weight, shown.price, shown.risk.annual_yield) == (0.0, None, None)


def test_contributions_larger_than_outgo_leave_money_and_no_percentage() -> None:
    due = flows_on(["2033-06-30"] * 2, [100.0, 300.0], kinds=[FlowKind(0), FlowKind(2)])
    index = liability_index([Projection(START, due)], history())
    assert (index.total.present_values < 0).all()
    assert index.total.total_returns.tolist() == [None] * 5
    assert codes(index)[0] == "not_meaningful"
    assert "total: return not meaningful in 5 months, the first from 2025-12-31" in (
        index.cautions[0].message
    )
    for row in month_rows(index):
        assert row.level is None
        assert np.isfinite([row.income, row.rate_change, row.present_value]).all()
    assert linked_return(index.total, 0, 5) is None
    assert period_return(index, index.total, Period.SINCE_INCEPTION) is None
    assert statistics_on(index, START)[0].weight is None


def test_a_plan_that_is_paid_out_ends_its_index() -> None:
    index = liability_index([Projection(START, flows_on(["2026-02-15"], [100.0]))], history())
    assert str(index.dates[-1]) == "2026-02-28"
    assert index.total.present_values[-1] == 0.0
    assert codes(index) == ["paid_out"]
    assert not np.ma.getmaskarray(index.total.levels).any()


def test_a_curve_that_refuses_is_asked_only_where_it_answers() -> None:
    curves = curve_history(
        month_ends(["2025-12", "2026-01"]),
        [1, 10],
        [[0.03, 0.04]] * 2,
        compounding=Compounding.ANNUAL,
        extrapolation=Extrapolation.REFUSE,
    )
    index = liability_index([Projection(START, flows_on(["2033-06-30"], [100.0]))], curves)
    assert index.total.rate_split() is None
    assert codes(index) == ["no_rate_split"]
    with pytest.raises(InputError, match="its last point is 10 years"):
        liability_index([Projection(START, flows_on(["2043-06-30"], [100.0]))], curves)


def test_structures_that_make_no_sense() -> None:
    for edges in ((1.0, 5.0), (0.0, 5.0, 5.0), ()):
        with pytest.raises(InputError, match="do not start at 0 and increase"):
            IndexStructure(edges=edges)
    with pytest.raises(InputError, match="segment 5-3 does not end after it begins"):
        IndexStructure(segments=(Span(5.0, 3.0),))


def test_dates_that_an_index_does_not_have() -> None:
    index = liability_index([FIRST], history())
    with pytest.raises(InputError, match=r"has no value on 2026-01-15; take one of its 6 dates"):
        statistics_on(index, dt.date(2026, 1, 15))
    with pytest.raises(InputError, match="dates 3 to 3 of an index of 6 dates"):
        linked_return(index.total, 3, 3)
