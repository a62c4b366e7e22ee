"""A plan with dated payments, a curve history and returns of any length, for rivals and porting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from defease.dates import month_end
from tests.unit.inputs.building import plan_folder

START = dt.date(2020, 12, 31)
PLAN = """
[plan]
name = "Owed"
valuation_date = 2020-12-31
[assets]
market_value = 1000.0
[liabilities]
timing = "dated"
[[discounting]]
name = "aa"
method = "curve"
file = "aa.csv"
quote = "spot"
compounding = "annual"
unit = "percent"
interpolation = "linear_zero"
"""
INDEX = """
[index]
curves = "history.csv"
"""
RETURNS = """
[performance]
returns = "returns.csv"
"""


def month_after(count: int) -> dt.date:
    """The month end so many months after the start."""
    months = START.month - 1 + count
    return month_end(dt.date(START.year + months // 12, months % 12 + 1, 1))


def history_csv(rates: Sequence[float], *, slope: float = 0.0) -> str:
    """A straight curve a month, percent: the rate at 1 year, `slope` more at 10."""
    rows = [f"{month_after(k):%Y-%m},{r},{r + slope}" for k, r in enumerate(rates)]
    return "\n".join(["month,1,10", *rows, ""])


def returns_csv(returns: Sequence[float], *, more: str = "") -> str:
    """Returns of the months after the start; `more` adds a column of zeros by that name."""
    head = f"date,assets,{more}" if more else "date,assets"
    zero = ",0.0" if more else ""
    rows = [f"{month_after(k + 1)},{r!r}{zero}" for k, r in enumerate(returns)]
    return "\n".join([head, *rows, ""])


def flows_csv(amounts: Sequence[float], *, expenses: float = 0.0) -> str:
    """A payment at the end of each month after the start."""
    rows = [f"{month_after(k + 1)},{a!r},{expenses!r}" for k, a in enumerate(amounts)]
    return "\n".join(["date,benefits,expenses", *rows, ""])


def owed_plan(
    folder: Path,
    *,
    plan: str = PLAN + INDEX,
    amounts: Sequence[float],
    rates: Sequence[float],
    slope: float = 0.0,
    expenses: float = 0.0,
    **files: str,
) -> Path:
    """The plan in a folder."""
    return plan_folder(
        folder,
        plan=plan,
        cash_flows=flows_csv(amounts, expenses=expenses),
        aa="maturity_years,rate\n1,4.0\n10,4.0\n",
        history=history_csv(rates, slope=slope),
        **files,
    )
