"""A small plan with an index, returns and proxies, written as a user would write it."""

from __future__ import annotations

from pathlib import Path

from tests.unit.inputs.building import plan_folder

PLAN = """
[plan]
name = "Index test"
valuation_date = 2024-12-31
headline_basis = "aa"
risk_free_basis = "treasury"
[assets]
market_value = 1000.0
[[assets.allocation]]
asset_class = "equity"
weight = 0.6
[[assets.allocation]]
asset_class = "bonds"
weight = 0.4
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
[[discounting]]
name = "treasury"
method = "curve"
file = "ust.csv"
quote = "spot"
compounding = "annual"
unit = "percent"
interpolation = "linear_zero"
[index]
curves = "aa_history.csv"
risk_free_curves = "ust_history.csv"
start = 2024-12-31
buckets = [0, 2, 5]
[performance]
returns = "returns.csv"
[performance.funds]
equity = "5+"
bonds = "retired"
[monitoring]
official = "official.csv"
[monitoring.proxies]
equity = "proxy_equity.csv"
bonds = "proxy_bonds.csv"
"""
FLOWS = """date,group,benefits,expenses
2025-02-15,retired,40,1
2026-06-30,retired,200,2
2028-12-31,active,300,3
2034-12-31,active,900,0
"""
AA = """month,1,5,10
2024-12,4.0,4.5,5.0
2025-01,4.1,4.6,5.2
2025-02,3.9,4.2,4.7
2025-03,4.0,4.4,4.9
"""
UST = """month,1,5,10,30
2024-12,3.5,3.8,4.2,4.4
2025-01,3.6,3.8,4.3,4.5
2025-02,3.3,3.5,4.0,4.2
2025-03,3.4,3.7,4.1,4.5
"""
RETURNS = """date,assets,flow,equity,bonds
2024-12-31,1000,0,,
2025-01-31,1012,0,0.02,0.00
2025-02-28,960,-41,-0.01,0.005
2025-03-31,985,10,0.02,0.01
"""
EQUITY = "date,return\n2025-01-31,0.03\n2025-02-10,0.01\n2025-02-28,-0.02\n2025-03-31,0.01\n"
BONDS = "date,return\n2025-01-31,0.0\n2025-02-28,0.01\n2025-03-31,0.005\n"
OFFICIAL = """date,assets,liabilities,known_at
2024-12-31,1000,1100,2025-01-20
2025-02-28,975,,2025-03-25
"""


def index_plan(folder: Path, *, plan: str = PLAN, **files: str) -> Path:
    """The plan in a folder; a keyword replaces the file of that name (without .csv)."""
    given = {
        "cash_flows": FLOWS,
        "aa": "maturity_years,rate\n1,4.0\n10,5.0\n",
        "ust": "maturity_years,rate\n1,3.5\n10,4.2\n",
        "aa_history": AA,
        "ust_history": UST,
        "returns": RETURNS,
        "proxy_equity": EQUITY,
        "proxy_bonds": BONDS,
        "official": OFFICIAL,
        **files,
    }
    return plan_folder(folder, plan=plan, **given)
