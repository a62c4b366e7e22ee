"""Matching in whole lots: basis points above the linear bound in a given time.

Rows do not compare speeds: `measured` is the gap in basis points, `ours` the seconds allowed and
`other` those taken.  Lots of 5,000, pieces of 250,000 at least.
"""

import sys
from dataclasses import dataclass

import numpy as np

from benchmarks.harness import Row, one_thread, report
from benchmarks.matching import ELIGIBILITY, LIMITS, POLICY, SETTLEMENT
from defease.bonds.generator import generate_universe
from defease.cashflows import Payments
from defease.curves import flat_curve
from defease.dates import add_months_to
from defease.matching import IssuerLimit, Limit, MatchingQuestion, matching_question
from defease.matching.lots import PieceRules, match_in_lots
from defease.solvers import TimeLimitError

LOT, PIECE = 5_000.0, 250_000.0
PROVEN = 1e-6
NO_ANSWER = 1e4
"""No portfolio at all counts as a gap of the whole cost."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A market, a plan, rules, and the gap promised in the time allowed."""

    bonds: int = 10_000
    months: int = 360
    yearly: float = 100e6
    limits: tuple[Limit, ...] = LIMITS
    names: int | None = None
    seconds: float
    promised_bp: float

    @property
    def name(self) -> str:
        """The case in a line."""
        names = f", {self.names} names" if self.names else ""
        size = f"{self.bonds:,} x {self.months}, {self.yearly / 1e6:g}m a year{names}"
        return f"{size}: gap (bp) in {self.seconds:g} s"


CASES = (
    Case(bonds=2_000, months=120, seconds=10.0, promised_bp=1.0),
    Case(seconds=10.0, promised_bp=5.0),
    Case(seconds=60.0, promised_bp=2.0),
    Case(yearly=20e6, seconds=60.0, promised_bp=10.0),
    Case(names=150, limits=(IssuerLimit(0.02),), seconds=60.0, promised_bp=10.0),
    Case(names=150, limits=(IssuerLimit(0.02),), seconds=2.0, promised_bp=100.0),
)


def question(case: Case) -> MatchingQuestion:
    """The plan of the other benchmark of matching, at the size of the case."""
    market = generate_universe(flat_curve(0.04), count=case.bonds, settlement=SETTLEMENT, seed=1)
    years = np.arange(1, case.months + 1) / 12
    level = 1.03 ** np.minimum(years, 12) * np.exp(-(np.maximum(years - 12, 0) ** 2) / 392)
    days = add_months_to(SETTLEMENT, np.arange(1, case.months + 1))
    liability = Payments.from_dates(SETTLEMENT, days, case.yearly / 12 * level)
    return matching_question(
        liability, market, policy=POLICY, limits=case.limits, eligibility=ELIGIBILITY
    )


def row(case: Case) -> Row:
    """The gap reached; names and limits are part of the exact check of every answer."""
    rules = PieceRules(lot=LOT, minimum_piece=PIECE, maximum_names=case.names)
    asked = question(case)
    try:
        found = match_in_lots(asked, rules, time_limit=case.seconds, relative_gap=PROVEN)
    except TimeLimitError as error:
        return Row(
            name=case.name,
            ratio=NO_ANSWER,
            limit=case.promised_bp,
            kind="at most",
            status="FAILED",
            note=str(error),
        )
    kept = found.gap_bp <= case.promised_bp
    missed = "missed" if found.gap_bp <= 2.0 * case.promised_bp else "FAILED"
    return Row(
        name=case.name,
        ratio=found.gap_bp,
        lowest=found.gap_bp,
        highest=found.gap_bp,
        limit=case.promised_bp,
        kind="at most",
        status="ok" if kept else missed,
        ours_s=case.seconds,
        other_s=found.seconds,
        n=found.names,
        note=f"{found.names} names, found by {found.found_by}; times: allowed, taken",
    )


def rows() -> list[Row]:
    """One search for each case."""
    with one_thread():
        return [row(case) for case in CASES]


if __name__ == "__main__":
    sys.exit(report(__file__, rows()))
