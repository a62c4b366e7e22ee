"""Streams taken from cash flows: gross, net, by group, by year."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.cashflows import CashFlows, FlowKind, Payments
from defease.errors import InputError

TODAY = dt.date(2025, 12, 31)


@pytest.fixture
def flows() -> CashFlows:
    return CashFlows.from_times(
        TODAY,
        times=[0.5, 0.5, 0.5, 1.5, 1.5],
        amounts=[100.0, 5.0, 30.0, 90.0, 120.0],
        kinds=[
            FlowKind.BENEFITS,
            FlowKind.EXPENSES,
            FlowKind.CONTRIBUTIONS,
            FlowKind.BENEFITS,
            FlowKind.CONTRIBUTIONS,
        ],
        groups=["retired", "", "", "deferred", ""],
        labels=[2026, 2026, 2026, 2027, 2027],
    )


def test_net_is_gross_less_contributions_and_may_be_negative(flows: CashFlows) -> None:
    assert flows.gross.amounts.tolist() == [105.0, 90.0]
    assert flows.net.amounts.tolist() == [75.0, -30.0]
    assert flows.contributions.amounts.tolist() == [30.0, 120.0]
    assert flows.net.total == flows.gross.total - flows.contributions.total


def test_groups_and_years_add_up_to_the_whole(flows: CashFlows) -> None:
    assert flows.group_names == ("", "deferred", "retired")
    assert sum(flows.in_group(name).gross.total for name in flows.group_names) == flows.gross.total
    table = flows.by_year()
    assert table.labels.tolist() == [2026, 2027]
    assert table.net.tolist() == [75.0, -30.0]


def test_a_slice_includes_its_first_time_and_not_its_last(flows: CashFlows) -> None:
    assert flows.between(0.5, 1.5).gross.times.tolist() == [0.5]
    assert flows.after(dt.date(2026, 12, 31)).gross.times.tolist() == [1.5]


def test_payments_at_the_same_time_become_one_entry_in_order() -> None:
    stream = Payments.from_dates(
        TODAY,
        [dt.date(2027, 12, 31), dt.date(2026, 12, 31), dt.date(2027, 12, 31)],
        [3.0, 1.0, 4.0],
    )
    assert stream.times.tolist() == [1.0, 2.0]
    assert stream.amounts.tolist() == [1.0, 7.0]


def test_columns_cannot_be_written_to(flows: CashFlows) -> None:
    with pytest.raises(ValueError, match="read-only"):
        flows.amounts[0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        flows.net.amounts[0] = 1.0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_amounts_that_are_no_money_are_refused(bad: float) -> None:
    with pytest.raises(InputError, match="amount"):
        CashFlows.from_times(TODAY, times=[1.0], amounts=[bad], kinds=[FlowKind.BENEFITS])


def test_unequal_columns_are_refused() -> None:
    with pytest.raises(InputError, match="2 times but 1 amounts"):
        Payments.from_times(TODAY, [1.0, 2.0], [5.0])
