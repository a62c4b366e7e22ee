"""Writes docs/validation.md: every published number, its source, ours, the difference.

python -m tools.make_validation_page
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from tools.validation_checks import CHECKS, Check

PAGE = Path(__file__).resolve().parents[1] / "docs" / "validation.md"
MORE_DECIMALS = 2
HEAD = """# Validation

Each row restates a figure that somebody else printed, says where, and shows what Defease computes
from the same inputs. The page is written by `python -m tools.make_validation_page`; a test
computes every row again and fails when one of them leaves its tolerance or when this page is out
of date.

Ours is shown with more decimals than the print. *Rounding* allows half a unit of the last printed
decimal; anything wider has its reason below the table.
"""
TAIL = """
## What else is compared

Published figures are few. Most proofs are of two other kinds, and they run on every change.
"""
NOTE = """
Some of these read reference data that is not part of the repository; where it is absent they are
skipped and say so.
"""
PUBLISHED, EQUIVALENCE = "tests/published/", "tests/equivalence/"
PROOFS = (
    (
        "all 395 monthly HQM curves, 1984 to 2016",
        "published par yields at 2, 5, 10 and 30 years, within 0.005 points",
        PUBLISHED + "test_hqm_par_yields.py",
    ),
    (
        "all 53 risk-free curves of EIOPA, and the euro's through a plan file",
        "published spot rates, within 5.01e-6",
        PUBLISHED + "test_eiopa_smith_wilson.py",
    ),
    (
        "curves fitted to Treasury prices of 74 month ends, 2010 to 2016",
        "yields of notes and bonds, within 4 bp (root mean square) every month",
        PUBLISHED + "test_treasury_month_ends.py",
    ),
    (
        "zero, forward and par yields from the Fed's parameters",
        "published yields in percent, within 5e-5",
        PUBLISHED + "test_gsw_curves.py",
    ),
    (
        "all 99 years of the Texas projection",
        "printed earnings within $1, printed closings within $3",
        PUBLISHED + "test_texas_gasb67.py",
    ),
    (
        "accrued interest and yields of 3,002 corporate bonds",
        "the holdings file of a bond fund",
        PUBLISHED + "test_corporate_accrued.py",
    ),
    (
        "check digits of 461 Treasury CUSIPs",
        "TreasuryDirect FedInvest, 2026-03-24",
        PUBLISHED + "test_treasury_prices.py",
    ),
    (
        "ten years of payments matched with real Treasuries",
        "every payment covered, certificate below 1e-8",
        PUBLISHED + "test_real_universe_matching.py",
    ),
    (
        "two plans, two horizons, Treasuries, STRIPS and corporates: the tabulated study",
        "certificates, the identity of savings, more bonds never dearer, the table itself",
        PUBLISHED + "test_matching_study.py",
    ),
    (
        "six years of payments matched and lived through on Treasuries of 74 month ends",
        "every payment met, cash to the cent of a day-by-day diary, cost within 1% of the value",
        PUBLISHED + "test_treasury_backtest.py",
    ),
    (
        "two zeros around one payment; IMMUN of the GAMS Model Library, dedication to a horizon",
        "closed form, within 1e-7; an independent programme (scipy), within 1e-7",
        PUBLISHED + "test_rival_portfolios.py",
    ),
    (
        "whole lots, smallest pieces and names on small random markets",
        "the proven optimum, every rule held exactly",
        "tests/properties/test_matching_in_lots.py",
    ),
    (
        "present values, durations and convexity of random streams",
        "QuantLib, 1e-12",
        EQUIVALENCE + "test_valuation_quantlib.py",
    ),
    (
        "accrued interest, yields and durations of Treasuries and corporates",
        "QuantLib, 1e-9",
        EQUIVALENCE + "test_bonds_quantlib.py",
    ),
    (
        "cost of random matching problems",
        "scipy linprog, dual simplex and interior point",
        EQUIVALENCE + "test_matching_linprog.py",
    ),
    (
        "the programme of matching in other forms: dense, coupon chain, a row for every pay day",
        "the same cost, within 1e-8",
        "tests/properties/test_matching_forms.py",
    ),
    (
        "key rates add up, shifts undo, values add, complete markets price at the curve",
        "identities on generated data (hypothesis)",
        "tests/properties",
    ),
)


def shown(check: Check, value: float) -> str:
    """A number with its unit: `$` before it, everything else behind."""
    places = check.decimals + MORE_DECIMALS if check.decimals else 0
    text = f"{value:,.{places}f}"
    return f"${text}" if check.unit == "$" else text + check.unit


def row(check: Check, note: int) -> str:
    """One line of the table; `note` is the number of its source below."""
    ours = check.ours()
    printed = f"${check.printed}" if check.unit == "$" else check.printed + check.unit
    # Adding 0.0 turns a rounded -0.0 into 0.0: no sign without a difference.
    places = check.decimals + MORE_DECIMALS if check.decimals else 0
    difference = shown(check, round(ours - check.published, places) + 0.0)
    allowed = "rounding" if check.allowed is None else f"{check.allowed:,g}"
    cells = (f"{check.what} ({note})", printed, shown(check, ours), difference, allowed)
    return "| " + " | ".join(cells) + " |"


def section(topic: str, checks: Sequence[Check]) -> list[str]:
    """The table of one topic, its sources, and why some rows allow more than rounding."""
    sources = list(dict.fromkeys(check.source for check in checks))
    reasons = dict.fromkeys(
        f"{check.what}: {check.because}." for check in checks if check.allowed is not None
    )
    lines = [f"\n## {topic}\n", "| what | published | ours | difference | allowed |"]
    lines.append("|---|--:|--:|--:|---|")
    lines += [row(check, sources.index(check.source) + 1) for check in checks]
    lines += ["", "Sources:", ""]
    lines += [f"{number}. {source}" for number, source in enumerate(sources, 1)]
    if reasons:
        lines += ["", "More than rounding is allowed for:", ""]
        lines += [f"- {reason}" for reason in reasons]
    return lines


def page() -> str:
    """The whole page."""
    parts = [HEAD.rstrip()]
    for topic, checks in groupby(CHECKS, key=lambda check: check.topic):
        parts += section(topic, list(checks))
    parts += [TAIL, "| proof | against | where |", "|---|---|---|"]
    parts += [f"| {proof} | {against} | `{where}` |" for proof, against, where in PROOFS]
    return "\n".join(parts) + "\n" + NOTE


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
