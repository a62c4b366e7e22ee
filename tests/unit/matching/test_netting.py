"""Whose payments the contributions meet first."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.cashflows import CashFlows, FlowKind
from defease.errors import InputError
from defease.matching.netting import Netting, payments_by_group

START = dt.date(2025, 12, 31)
B, E, C = FlowKind.BENEFITS, FlowKind.EXPENSES, FlowKind.CONTRIBUTIONS


def flows(*rows: tuple[float, FlowKind, str, float]) -> CashFlows:
    """Rows of time, kind, group and amount."""
    return CashFlows.from_times(
        START,
        times=[row[0] for row in rows],
        kinds=[row[1] for row in rows],
        groups=[row[2] for row in rows],
        amounts=[row[3] for row in rows],
    )


PLAN = (
    (1.0, B, "active", 20.0),
    (1.0, B, "retired", 50.0),
    (1.0, B, "deferred", 30.0),
    (1.0, E, "retired", 5.0),
    (2.0, B, "active", 40.0),
)


def test_contributions_meet_the_retired_then_the_deferred_then_the_active() -> None:
    for paid_in, retired, deferred, active in (
        (0.0, 55.0, 30.0, 20.0),
        (40.0, 15.0, 30.0, 20.0),
        (60.0, 0.0, 25.0, 20.0),
        (95.0, 0.0, 0.0, 10.0),
    ):
        found = payments_by_group(flows(*PLAN, (1.0, C, "active", paid_in)))
        assert found.names == ("retired", "deferred", "active")
        assert found.amounts[:, 0].tolist() == [retired, deferred, active]
        assert found.amounts[:, 1].tolist() == [0.0, 0.0, 40.0]


def test_what_is_left_over_is_an_inflow_of_the_last_group() -> None:
    found = payments_by_group(flows(*PLAN, (1.0, C, "", 200.0), (3.0, C, "", 7.0)))
    assert found.amounts.tolist() == [[0, 0, 0], [0, 0, 0], [-95.0, 40.0, -7.0]]


def test_pro_rata_every_group_pays_the_same_share() -> None:
    plan = flows(*PLAN, (1.0, C, "active", 21.0))
    found = payments_by_group(plan, netting=Netting.PRO_RATA)
    np.testing.assert_allclose(found.amounts[:, 0], [44.0, 24.0, 16.0], rtol=1e-15)
    over = flows(*PLAN, (1.0, C, "active", 210.0), (3.0, C, "", 7.0))
    found = payments_by_group(over, netting=Netting.PRO_RATA)
    np.testing.assert_allclose(found.amounts[:, 0], [-55.0, -30.0, -20.0], rtol=1e-15)
    assert found.amounts[:, 2].tolist() == [0.0, 0.0, -7.0]


def test_other_groups_follow_by_name_and_flows_without_a_group_come_last() -> None:
    rows = [(1.0, B, name, 10.0) for name in ("", "widows", "active", "judges", "retired")]
    found = payments_by_group(flows(*rows, (1.0, C, "", 45.0)))
    assert found.names == ("retired", "active", "judges", "widows", "")
    assert found.amounts[:, 0].tolist() == [0.0, 0.0, 0.0, 0.0, 5.0]


def test_chosen_groups_are_one_stream_without_empty_days() -> None:
    plan = payments_by_group(flows(*PLAN, (1.0, C, "active", 60.0)))
    assert plan.of(["retired"]).amounts.tolist() == []
    seniors = plan.of(["retired", "deferred"])
    assert (seniors.times.tolist(), seniors.amounts.tolist()) == ([1.0], [25.0])
    assert plan.of(["active", "active"]).total == 60.0


def test_gross_sets_no_contributions_against_anything() -> None:
    plan = flows(*PLAN, (1.0, C, "active", 60.0))
    assert payments_by_group(plan, netting=None).of(["retired"]).total == 55.0


def test_a_group_that_is_paid_nothing_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="did you mean 'retired'"):
        payments_by_group(flows(*PLAN)).of(["retird"])


def test_contributions_alone_are_inflows() -> None:
    plan = payments_by_group(flows((1.0, C, "active", 3.0), (2.0, C, "", 4.0)))
    assert plan.of(plan.names).amounts.tolist() == [-3.0, -4.0]
