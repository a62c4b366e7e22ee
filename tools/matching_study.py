"""Writes docs/concepts/matching-study.md: real bonds matched with the payments of two plans.

python -m tools.matching_study ../shared
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from tools.study_universes import StudyData, monthly_payments, read_study

from defease.bonds import BondUniverse
from defease.cashflows import Payments
from defease.matching import (
    ILLUSTRATIVE_LOSSES,
    IssuerLimit,
    Limit,
    MatchingPolicy,
    MatchResult,
    Savings,
    SectorLimit,
    answer,
    matching_question,
    savings_of,
)
from defease.matching.prices import LimitStep, limit_steps

PAGE = Path(__file__).resolve().parents[1] / "docs" / "concepts" / "matching-study.md"
POLICY = MatchingPolicy(reinvestment_rate=0.02)
LIMITS = (SectorLimit(0.25), IssuerLimit(0.02))
HAIRCUT = replace(ILLUSTRATIVE_LOSSES, unrated_as="BBB")
HORIZONS = (10, 30)
PLANS = ("Texas, net payments", "Florida, closed group")
TREASURIES, WITH_STRIPS, WITH_CORPORATES = (
    "Treasuries",
    "Treasuries and STRIPS",
    "Treasuries and corporates",
)
UNIVERSES = (TREASURIES, WITH_STRIPS, WITH_CORPORATES)
RISK_FREE, CORPORATE = "treasury curve", "corporate curve"
MILLION, THOUSAND = 1e6, 1e3


@dataclass(frozen=True)
class Case:
    """One plan's payments over one horizon, matched from one set of bonds."""

    plan: str
    years: int
    universe: str
    result: MatchResult
    savings: Savings
    steps: tuple[LimitStep, ...]

    @property
    def title(self) -> str:
        """The case in a row's first cell."""
        return f"{self.plan}, {self.years} years"


def study(data: StudyData) -> list[Case]:
    """Every case: plans x horizons x sets of bonds."""
    streams = dict(zip(PLANS, (data.texas, data.florida), strict=True))
    return [
        _case(data, plan, monthly_payments(streams[plan], years), universe)
        for plan, years, universe in product(PLANS, HORIZONS, UNIVERSES)
    ]


def _case(data: StudyData, plan: str, payments: Payments, universe: str) -> Case:
    bonds, limits = _bonds(data)[universe]
    question = matching_question(payments, bonds, policy=POLICY, limits=limits)
    careful = matching_question(payments, bonds, policy=POLICY, limits=limits, haircut=HAIRCUT)
    result = answer(question)
    curves = {RISK_FREE: data.treasury_curve, CORPORATE: data.corporate_curve}
    matched = result.matched
    savings = savings_of(
        matched,
        cost=result.cost,
        cost_after_haircut=answer(careful, basis=result.basis).cost,
        present_values={
            name: float(matched.amounts @ curve.discount_factors(matched.times))
            for name, curve in curves.items()
        },
        basis=CORPORATE,
        risk_free_basis=RISK_FREE,
    )
    years = round(result.horizon_years)
    return Case(plan, years, universe, result, savings, limit_steps(question, result))


def _bonds(data: StudyData) -> Mapping[str, tuple[BondUniverse, tuple[Limit, ...]]]:
    return {
        TREASURIES: (data.treasuries, ()),
        WITH_STRIPS: (data.treasuries.joined_with(data.strips), ()),
        WITH_CORPORATES: (data.treasuries.joined_with(data.corporates), LIMITS),
    }


HEAD = """# Matching real bonds: a study

**In one sentence.** What it costs to pay $1bn of two public plans' benefits with bonds that were
really quoted, what part of the saving is only time, and what the limits cost.

This is an **illustration with mixed dates**, not a quotation. The page is written by
`python -m tools.matching_study ../shared` from reference data that are not part of the repository;
a test computes it again where they are present and fails when a figure has changed.

## What is matched with what

- **Payments.** Teacher Retirement System of Texas: benefits and expenses less contributions of its
  GASB 67 projection of 31 August 2024. Florida Retirement System: benefits of the closed group, as
  a public model (Boyd and Chen) projects them from the valuation of 1 July 2022. Both are
  re-dated: the first year starts on 24 March 2026, twelve equal months a year, and they are scaled
  to a future value of $1bn over the horizon.
- **Treasuries.** {treasuries} bills, notes and bonds of the 461 securities that TreasuryDirect
  FedInvest priced on 24 March 2026 (inflation-linked and floating-rate notes left out), middle of
  buy and sell, settled on 25 March.
- **STRIPS.** {strips} stripped coupons and principals at the ask of a broker's quotes of 25 March
  2026.
- **Corporates.** {corporates} investment-grade bonds held by a large exchange-traded fund (iShares
  LQD) in December 2025, **their clean prices carried to 24 March 2026**. {callable} of them, whose
  yield to worst is more than 0.5 bp below the yield to maturity, are taken as callable and
  excluded. The file has no ratings, so the limits are 25% of the cost for a sector and 2% for an
  issuer.
- **Conventions.** Cash is carried at 2%, at most the payments of the next twelve months; no
  borrowing, no lots.
- **Treasury curve (S).** Svensson, fitted to the notes and bonds above with more than 30 days to
  run.
- **Corporate curve (A).** The Treasury curve plus the spread of a Svensson curve fitted to the
  corporates that may be bought, read at 5 to 30 years and level outside.
- **Haircut.** The table of illustrative expected losses, every corporate counted as {lowest}, the
  lowest investment grade.

Fund holdings and a broker's quotes are not ours to republish: only totals are shown.

## Cost

Costs and cash in millions of dollars. *Paid by cash*: payments after the last payment of any bond
held.

| payments | bonds offered | cost | bonds held | initial cash | paid by cash | of future value |
|---|---|--:|--:|--:|--:|--:|
"""
SAVINGS_HEAD = """
Every cost has a certificate: primal, dual and gap residuals of at most 1e-8. More bonds never cost
more.

## Savings, never one number

`FV - K = (FV - PV_S) + (PV_S - PV_A) + (PV_A - K)`, exactly: time value at the Treasury curve (S),
spread already in the corporate curve (A), and what is saved beyond it. Millions of dollars.

| payments | bonds offered | FV - K | time value | spread in A | saving beyond A |
|---|---|--:|--:|--:|--:|
"""
SHARES_HEAD = """
The same as shares: `1 - K/FV` (the figure used in marketing, nearly all of it interest), the same
a year, `1 - K/PV` against S and A, against A with the cost after the haircut, and the yield over
A's.

| payments | bonds offered | FV | a year | S | A | A, haircut | yield |
|---|---|--:|--:|--:|--:|--:|--:|
"""
LIMITS_HEAD = """
## What the limits cost

What one percentage point more would save: *at the margin* is read off the optimum's prices and
speaks of the first step; *one point looser* and *one point tighter* (what it would cost) are
solved again. Thousands of dollars.

| payments | limit | groups at it | at the margin | one point looser | one point tighter |
|---|---|--:|--:|--:|--:|
"""
TAIL = """
## How to read it

- Against future value every row saves a fifth or a half. Against the Treasury curve Treasuries
  save nothing, as they should: what looks like a saving is interest.
- Over thirty years coupon bonds miss dates on which no bond is due, and cost more than their
  curve; STRIPS fill some of the gaps.
- A negative saving against A says only that a corporate curve promises more than Treasuries pay.
- With corporates the match earns more than the corporate curve itself: nothing keeps it from the
  highest yields among the bonds of a sector and an issuer, since the file has no ratings to limit.
  That is reward for risk first. What is left after the haircut is worth as much as the table of
  losses, and prices carried over three months make these rows an illustration of the method, not
  of the market.
- The issuer limit is what binds, with dozens of issuers at it. The sector limit hardly costs
  anything.

**Sources.** TreasuryDirect FedInvest prices; quotes of a broker's screen; holdings published by
the fund's manager; GASB 67 report of the Teacher Retirement System of Texas;
`donboyd5/pension_model` (MIT).
**Code.** `tools/matching_study.py`, `tools/study_universes.py`.
**Proof.** `tests/published/test_matching_study.py`.
"""


def page(data: StudyData, cases: list[Case]) -> str:
    """The whole page."""
    counts = {
        "treasuries": len(data.treasuries),
        "strips": len(data.strips),
        "corporates": f"{len(data.corporates):,}",
        "callable": int(data.corporates.callable.sum()),
        "lowest": HAIRCUT.unrated_as,
    }
    parts = [
        HEAD.format(**counts),
        *map(_cost_row, cases),
        SAVINGS_HEAD,
        *map(_amounts_row, cases),
        SHARES_HEAD,
        *map(_shares_row, cases),
        LIMITS_HEAD,
        *(row for case in cases for row in _limit_rows(case)),
        TAIL,
    ]
    return "".join(parts)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |\n"


def _millions(amount: float) -> str:
    # Adding 0.0 turns a rounded -0.0 into 0.0.
    return f"{round(amount / MILLION, 1) + 0.0:,.1f}"


def _thousands(amount: float) -> str:
    return f"{round(amount / THOUSAND) + 0:,}"


def _cost_row(case: Case) -> str:
    result, tail = case.result, case.result.funded_by_cash
    return _row(
        *(case.title, case.universe, _millions(result.cost), str(len(result.holdings))),
        _millions(result.initial_cash),
        str(tail.count if tail else 0),
        f"{tail.share_of_future_value if tail else 0.0:.2%}",
    )


def _amounts_row(case: Case) -> str:
    parts = case.savings.amounts
    whole = parts.future_value - parts.cost
    steps = (whole, parts.time_value, parts.spread_in_basis, parts.saving)
    return _row(case.title, case.universe, *map(_millions, steps))


def _shares_row(case: Case) -> str:
    saved = case.savings
    shares = (
        saved.versus_future_value,
        saved.versus_future_value_per_year,
        saved.versus_basis[RISK_FREE],
        saved.versus_basis[CORPORATE],
        saved.after_default_haircut,
    )
    pickup = "" if saved.yield_pickup_bp is None else f"{saved.yield_pickup_bp:.1f} bp"
    return _row(case.title, case.universe, *(f"{share:.2%}" for share in shares), pickup)


def _limit_rows(case: Case) -> list[str]:
    rows = []
    for step in case.steps:
        prices = [p for p in case.result.limit_prices if p.family == step.family]
        groups = [p for p in prices if p.group]
        margin = sum(p.saving_per_point for p in groups)
        tighter = "no portfolio" if step.extra_cost is None else _thousands(step.extra_cost)
        what = f"{step.name}, {step.size:.0%}"
        money = (_thousands(margin), _thousands(step.saving), tighter)
        rows.append(_row(case.title, what, str(len(groups)), *money))
    return rows


if __name__ == "__main__":
    study_data = read_study(Path(sys.argv[1]))
    PAGE.write_text(page(study_data, study(study_data)), encoding="utf-8")
