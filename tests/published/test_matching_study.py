"""The study of docs/concepts/matching-study.md computed again, and what must hold for each case.

Treasuries: TreasuryDirect FedInvest, 2026-03-24.  STRIPS: a broker's quotes, 2026-03-25.
Corporates: holdings of a bond fund, December 2025, prices carried to 2026-03-24.  Payments: the
GASB 67 projection of the Teacher Retirement System of Texas, and a public model's projection of
the Florida Retirement System.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import product

import numpy as np
import pytest
from tools.matching_study import (
    CORPORATE,
    HORIZONS,
    LIMITS,
    PAGE,
    PLANS,
    RISK_FREE,
    TREASURIES,
    UNIVERSES,
    WITH_CORPORATES,
    WITH_STRIPS,
    Case,
    page,
    study,
)
from tools.study_universes import FUTURE_VALUE, StudyData, read_study

from tests.shared_files import SHARED, shared_file

FILES = (
    "data/bonds/fedinvest_2026-03-24.csv",
    "data/bonds/strips_quotes_2026-03-25.csv",
    "data/bonds/ig_corporate_universe_2025-12.csv",
    "data/pension/frs_2022_benefit_projection_100y.csv",
    "cases/texas_trs_2024.csv",
)
NUMBER = re.compile(r"-?\d[\d,]*\.?\d*")
KEYS = list(product(PLANS, HORIZONS, UNIVERSES))


@cache
def data() -> StudyData:
    return read_study(SHARED)


@cache
def cases() -> dict[tuple[str, int, str], Case]:
    return {(case.plan, case.years, case.universe): case for case in study(data())}


@pytest.fixture(autouse=True)
def _present() -> None:
    for file in FILES:
        shared_file(file)


def test_the_bonds_are_those_of_the_files() -> None:
    assert len(data().treasuries) == 400  # of 461: 53 inflation-linked and 8 floating-rate notes
    assert len(data().strips) == 243
    assert len(data().corporates) == 3002


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_every_case_is_certified_pays_everything_and_adds_up(key: tuple[str, int, str]) -> None:
    case = cases()[key]
    result, saved = case.result, case.savings
    assert result.certificate.worst <= 1e-8
    assert result.future_value == pytest.approx(FUTURE_VALUE, rel=1e-12)
    assert len(result.dates) == 12 * case.years
    assert result.ladder.lowest_cash >= 0.0
    parts = saved.amounts
    whole = parts.future_value - parts.cost
    steps = parts.time_value + parts.spread_in_basis + parts.saving
    assert steps == pytest.approx(whole, rel=1e-13)
    assert saved.versus_future_value == pytest.approx(whole / FUTURE_VALUE, rel=1e-12)
    assert saved.versus_basis[RISK_FREE] == pytest.approx(1.0 - result.cost / parts.pv_risk_free)


@pytest.mark.parametrize(("plan", "years"), list(product(PLANS, HORIZONS)), ids=str)
def test_more_bonds_are_never_dearer_and_a_haircut_never_cheaper(plan: str, years: int) -> None:
    treasuries, strips, corporates = (cases()[plan, years, name] for name in UNIVERSES)
    slack = 1e-8 * treasuries.result.cost
    assert strips.result.cost <= treasuries.result.cost + slack
    assert corporates.result.cost <= treasuries.result.cost + slack
    for case in (treasuries, strips, corporates):
        saved = case.savings
        assert saved.after_default_haircut <= saved.versus_basis[CORPORATE] + 1e-8
    for case in (treasuries, strips):  # nothing to lose in Treasuries
        saved = case.savings
        assert saved.after_default_haircut == pytest.approx(saved.versus_basis[CORPORATE], abs=1e-9)


@pytest.mark.parametrize(("plan", "years"), list(product(PLANS, HORIZONS)), ids=str)
def test_limits_hold_and_their_prices_lie_between_the_two_steps(plan: str, years: int) -> None:
    case = cases()[plan, years, WITH_CORPORATES]
    result, bonds = case.result, case.result.bonds
    costs = result.levels * result.data.prices
    for labels, limit in ((bonds.sectors, LIMITS[0]), (bonds.issuers, LIMITS[1])):
        groups = np.unique(np.array(labels)[~bonds.is_treasury], return_inverse=True)[1]
        largest = np.bincount(groups, costs[~bonds.is_treasury]).max()
        assert largest <= limit.share * result.portfolio_cost * (1.0 + 1e-7)
    assert not result.bonds.callable.any()
    assert len(result.excluded) == int(data().corporates.callable.sum())
    for step in case.steps:
        # Cost is convex in a limit relative to a base that hardly moves: the dual is in between.
        margin = sum(
            price.saving_per_point
            for price in result.limit_prices
            if price.family == step.family and price.group
        )
        room = 1e-6 * result.cost
        assert step.extra_cost is not None
        assert step.saving - room <= margin <= step.extra_cost + room


def test_a_treasury_portfolio_costs_about_what_the_curve_of_its_own_prices_says() -> None:
    for plan in PLANS:
        saved = cases()[plan, 10, TREASURIES].savings
        assert saved.versus_basis[RISK_FREE] == pytest.approx(0.0, abs=0.005)
        with_strips = cases()[plan, 30, WITH_STRIPS].savings
        assert with_strips.versus_basis[RISK_FREE] == pytest.approx(0.0, abs=0.005)


def test_the_page_says_what_was_computed() -> None:
    """Words exactly, numbers to one unit of their last digit."""
    fresh = page(data(), list(cases().values()))
    kept = PAGE.read_text(encoding="utf-8")
    assert NUMBER.sub("#", kept) == NUMBER.sub("#", fresh)
    for old, new in zip(NUMBER.findall(kept), NUMBER.findall(fresh), strict=True):
        decimals = len(old.partition(".")[2])
        before, after = (float(text.rstrip(".").replace(",", "")) for text in (old, new))
        assert abs(after - before) <= 1.01 * 10.0**-decimals, f"{old} is now {new}"
