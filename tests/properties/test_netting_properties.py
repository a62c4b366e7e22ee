"""Properties of payments by group that hold for any plan."""

from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from defease.cashflows import CashFlows, FlowKind
from defease.matching.netting import Netting, payments_by_group

ROWS = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.sampled_from(list(FlowKind)),
        st.sampled_from(["retired", "deferred", "active", "judges", ""]),
        st.integers(0, 1000),
    ),
    min_size=1,
    max_size=25,
)


def plan(rows: list[tuple[int, FlowKind, str, int]]) -> CashFlows:
    times, kinds, groups, amounts = zip(*rows, strict=True)
    return CashFlows.from_times(
        dt.date(2025, 12, 31), times=times, kinds=kinds, groups=groups, amounts=amounts
    )


@given(ROWS)
def test_in_order_the_groups_add_up_to_the_net_stream_exactly(
    rows: list[tuple[int, FlowKind, str, int]],
) -> None:
    flows = plan(rows)
    found = payments_by_group(flows)
    np.testing.assert_array_equal(found.times, flows.net.times)
    np.testing.assert_array_equal(found.dates, flows.net.dates)
    np.testing.assert_array_equal(found.amounts.sum(axis=0), flows.net.amounts)


@given(ROWS)
def test_pro_rata_the_groups_add_up_to_the_net_stream(
    rows: list[tuple[int, FlowKind, str, int]],
) -> None:
    flows = plan(rows)
    summed = payments_by_group(flows, netting=Netting.PRO_RATA).amounts.sum(axis=0)
    np.testing.assert_allclose(summed, flows.net.amounts, rtol=0, atol=1e-9)


@given(ROWS)
def test_gross_groups_add_up_to_the_gross_stream(
    rows: list[tuple[int, FlowKind, str, int]],
) -> None:
    flows = plan(rows)
    found = payments_by_group(flows, netting=None)
    assert found.amounts.sum() == flows.gross.total
    assert (found.amounts >= 0).all()


@given(ROWS)
def test_in_order_a_junior_group_is_helped_only_when_its_seniors_are_paid(
    rows: list[tuple[int, FlowKind, str, int]],
) -> None:
    flows = plan(rows)
    net, gross = payments_by_group(flows), payments_by_group(flows, netting=None)
    for senior in range(len(net.names) - 1):
        helped = (net.amounts[senior + 1 :] < gross.amounts[senior + 1 :]).any(axis=0)
        assert (net.amounts[senior][helped] == 0.0).all()
        assert (net.amounts[senior] >= 0.0).all()


@given(ROWS, st.integers(1, 500))
def test_more_contributions_never_raise_what_a_group_needs(
    rows: list[tuple[int, FlowKind, str, int]], more: int
) -> None:
    richer = plan([*rows, (1, FlowKind.CONTRIBUTIONS, "active", more)])
    if not (plan(rows).times == 1.0).any():
        return
    for netting in Netting:
        before = payments_by_group(plan(rows), netting=netting)
        after = payments_by_group(richer, netting=netting)
        if before.names == after.names:
            assert (after.amounts <= before.amounts + 1e-9).all()
