from __future__ import annotations

import copy
import datetime as dt
import math
from typing import Any

import pytest

from defease.errors import InputError
from defease.inputs.json_schema import assumptions_schema, plan_schema
from defease.inputs.schema.document import PlanFile
from defease.inputs.toml_files import assumptions_settings, parse_toml, plan_settings, settings_of
from tests.unit.inputs.building import PLAN, only_problem, problems_of

ASSUMPTIONS = """
risk_free = 0.04
[[asset_class]]
name = "equity"
expected_return = 0.08
volatility = 0.16
[[asset_class]]
name = "bonds"
expected_return = 0.05
volatility = 0.08
role = "hedge"
[correlations]
equity = { bonds = 0.2 }
[liability_return]
bond_index = "bonds"
beta = 1.1
"""
# One example of every section that a plan may hold, so that each key can be spoilt in turn.
FULL = (
    PLAN
    + """
[[assets.allocation]]
asset_class = "equity"
weight = 0.6
[[assets.allocation]]
asset_class = "bonds"
weight = 0.4
[[liabilities.published]]
name = "total"
value = 271.6e9
rate = 0.07
as_of = 2024-08-31
[[discounting]]
name = "treasury"
method = "curve"
file = "treasury.csv"
quote = "par"
compounding = "semiannual"
unit = "percent"
interpolation = "monotone_convex"
[[discounting]]
name = "segments"
method = "segments"
rates = [0.01, 0.02, 0.03]
average_months = 24
[exhaustion]
assumed_return = 0.07
horizon = 30
[index]
buckets = [0, 1, 5]
start = 2016-12-31
[matching]
universe = "bonds.csv"
groups = ["retired"]
reinvestment_rate = [0.01, 0.02]
cash_cap_months = "none"
years = 10
loans = [{ rate = 0.05, tenor = 2, cap = 10.0 }]
[matching.limits]
issuer = 0.02
ratings = { BBB = 0.35 }
minimum_rating = "BBB-"
[allocation]
bounds = { equity = [0.0, 0.6] }
[dynamics]
payout = 0.05
[[stress.scenario]]
name = "down"
rates_bp = -100
equity = -0.3
[glide_path]
start = { funded_ratio = 0.8, risk_weight = 0.6 }
[simulation]
paths = 1000
seed = 7
[contributions]
policy = "percent_of_pay"
percent = 0.05
[funding_rules]
prior_bases = [{ amount = 5.0, remaining = 3 }]
[overlay]
instruments = [{ name = "ZB", price = 120, multiplier = 1000, dv01 = 150, margin = 4000 }]
[monitoring]
proxies = { equity = "proxy.csv" }
[files."cash_flows.csv"]
decimal = ","
"""
)


def settings(text: str) -> PlanFile:
    return plan_settings(text.encode(), source="plan.toml")


def test_minimal_plan_and_defaults() -> None:
    plan = settings('[plan]\nname = "x"\nvaluation_date = 2025-12-31\n')
    assert plan.plan.currency == "USD"
    assert plan.liabilities.file == "cash_flows.csv"
    assert plan.discounting == []


def test_a_plan_with_every_section() -> None:
    plan = settings(FULL)
    assert plan.matching is not None
    assert plan.matching.cash_cap_months == "none"
    assert plan.exhaustion.horizon == 30
    assert plan.files["cash_flows.csv"].decimal == ","


@pytest.mark.parametrize(
    ("spoil", "where", "said"),
    [
        ("matching.years=-3", "matching.years", "must be positive, got -3"),
        ("matching.yeers=3", "matching.yeers", "did you mean 'years'"),
        ("matching.limits.isuer=0.1", "matching.limits.isuer", "'issuer'"),
        ("matching.limits.issuer=2", "matching.limits.issuer", "did you mean 0.02?"),
        ("matching.limits.minimum_rating=Baa3", "matching.limits.minimum_rating", "S&P"),
        ("matching.reinvestment_rate=6.5", "matching.reinvestment_rate", "0.065"),
        ("matching.budget=100", "matching", "different slices"),
        ("plan.valuation_date='2025-12-31'", "plan.valuation_date", "without quotes"),
        ("plan.currency=usd", "plan.currency", "three capital letters"),
        ("plan.year_end=13-01", "plan.year_end", "month and day"),
        ("plan.headline_basis=treasurry", "plan.headline_basis", "did you mean 'treasury'"),
        ("plan.name=''", "plan.name", "is empty"),
        ("liabilities.source=census", "liabilities.source", "not available"),
        ("liabilities.source=goals", "liabilities.source", "not available in this version"),
        ("liabilities.timing=midyear", "liabilities.timing", "did you mean 'mid_year'"),
        ("liabilities.unit=0", "liabilities.unit", "must be positive"),
        ("discounting.flat.rate=-1", "discounting.flat.rate", "-100%"),
        ("discounting.flat.rate=7", "discounting.flat.rate", "did you mean 0.07"),
        ("discounting.flat.rate=nan", "discounting.flat.rate", "not a finite number"),
        ("discounting.flat.file='x.csv'", "discounting.flat", "does not belong"),
        ("discounting.flat.name=treasury", "discounting", "used twice"),
        ("discounting.segments.rates=[0.01]", "discounting.segments.rates", "three"),
        (
            "discounting.segments.average_months=12",
            "discounting.segments.average_months",
            "1 or 24",
        ),
        ("assets.allocation.0.weight=0.5", "assets.allocation", "weights sum to 0.9"),
        ("assets.holdings='h.csv'", "assets", "both market_value and holdings"),
        ("allocation.bounds.equity=[0.6, 0.1]", "allocation.bounds", "[lowest, highest]"),
        ("index.buckets=[5, 1]", "index.buckets", "must rise"),
        ("simulation.paths=0", "simulation.paths", "must be positive"),
        ("stress.scenario.down.equity=-30", "stress.scenario.down.equity", "-0.3"),
        ("simulation.paths=true", "simulation.paths", "whole number, got true"),
    ],
)
def test_wrong_values_name_the_key_and_the_remedy(spoil: str, where: str, said: str) -> None:
    problem = only_problem(
        lambda: plan_settings(FULL.encode(), source="plan.toml", overrides=[spoil])
    )
    assert problem.where == f"plan.toml: {where}"
    assert said in f"{problem.what}; {problem.remedy}"


def test_all_problems_of_the_file_at_once() -> None:
    text = FULL.replace('name = "Test plan"', 'nam = "Test plan"').replace(
        "paths = 1000", "paths = -1"
    )
    found = problems_of(lambda: settings(text + "[plann]\nx = 1\n"))
    assert {p.where for p in found} == {
        "plan.toml: plan.name",
        "plan.toml: plan.nam",
        "plan.toml: simulation.paths",
        "plan.toml: plann",
    }


def test_weights_of_100_are_called_percents() -> None:
    text = FULL.replace("\nweight = 0.6", "\nweight = 60").replace(
        "\nweight = 0.4", "\nweight = 40"
    )
    assert "look like percents" in only_problem(lambda: settings(text)).what


@pytest.mark.parametrize("weight", ["0.3999995", "0.4000005"])
def test_weights_may_miss_one_by_a_millionth(weight: str) -> None:
    assert settings(FULL.replace("weight = 0.4", f"weight = {weight}")).assets.allocation


@pytest.mark.parametrize("weight", ["0.399", "0.401"])
def test_weights_may_not_miss_one_by_a_thousandth(weight: str) -> None:
    assert (
        "not 1"
        in only_problem(lambda: settings(FULL.replace("weight = 0.4", f"weight = {weight}"))).what
    )


def test_numbers_as_text_follow_the_one_grammar() -> None:
    plan = plan_settings(
        FULL.encode(),
        source="plan.toml",
        overrides=["discounting.flat.rate=7%", "assets.market_value='1,000'"],
    )
    assert plan.discounting[0].rate == 0.07
    assert plan.assets.market_value == 1000.0
    refused = only_problem(
        lambda: plan_settings(FULL.encode(), source="p", overrides=["assets.market_value='1_000'"])
    )
    assert "underscore" in refused.what


GASB = """
[[discounting]]
name = "gasb"
method = "gasb"
municipal_rate = 0.04
"""


def test_one_source_of_the_assumed_return() -> None:
    assert "is missing" in only_problem(lambda: settings(PLAN + GASB)).what
    stated = PLAN + GASB + "[exhaustion]\nassumed_return = 0.07\n"
    assert settings(stated).discounting[1].rate is None
    same = stated.replace("municipal_rate = 0.04", 'municipal_rate = 0.04\nrate = "7%"')
    assert settings(same).discounting[1].rate == 0.07
    other = stated.replace("municipal_rate = 0.04", "municipal_rate = 0.04\nrate = 0.06")
    assert "differs from exhaustion.assumed_return" in only_problem(lambda: settings(other)).what


@pytest.mark.parametrize(
    ("data", "where", "said"),
    [
        (b"[plan]\nname = \n", "p: line 2", "not valid TOML"),
        (b"[plan]\na = 1\na = 2\n", "p: line 3", "not valid TOML"),
        (b"a = \xff\n", "p: line 1", "not UTF-8"),
        (b"a = " + b"[" * 5000, "p", "beyond reason"),
        (b"a = " + b"9" * 5000, "p", "beyond reason"),
        (b"#" * (2**20 + 1), "p", "larger than 1 MiB"),
    ],
    ids=["syntax", "twice", "encoding", "depth", "digits", "size"],
)
def test_broken_toml(data: bytes, where: str, said: str) -> None:
    problem = only_problem(lambda: parse_toml(data, source="p"))
    assert problem.where == where
    assert said in problem.what


WRONG: list[Any] = [
    "", "x", "1e400", -1, 0, 6.5, 1e300, 2**70, math.nan, math.inf, True, [], {}, [1], {"a": 1},
    [[1]], dt.date(2020, 1, 1), dt.datetime(2020, 1, 1, 5), dt.time(1),
]  # fmt: skip


def places(node: object, before: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(node, dict):
        items: list[tuple[str | int, object]] = list(node.items())
    elif isinstance(node, list):
        items = list(enumerate(node))
    else:
        return []
    return [p for key, child in items for p in ((*before, key), *places(child, (*before, key)))]


def refusal_of(raw: dict[str, Any]) -> str:
    try:
        settings_of(raw, source="plan.toml")
    except InputError as error:
        return str(error)
    return ""


def test_no_value_anywhere_raises_anything_but_our_own_words() -> None:
    raw = parse_toml(FULL.encode(), source="p")
    refusals: list[str] = []
    for place in places(raw):
        for value in WRONG:
            spoilt: Any = copy.deepcopy(raw)
            node = spoilt
            for key in place[:-1]:
                node = node[key]
            node[place[-1]] = value
            refusals.append(refusal_of(spoilt))
    assert not [said for said in refusals if "Input should" in said or "not understood" in said]
    assert sum(map(bool, refusals)) > 1000


def test_assumptions() -> None:
    found = assumptions_settings(ASSUMPTIONS.encode(), source="a.toml")
    assert found.correlations == {"equity": {"bonds": 0.2}}
    wrong = ASSUMPTIONS.replace("bonds = 0.2", "bond = 0.2")
    problem = only_problem(lambda: assumptions_settings(wrong.encode(), source="a.toml"))
    assert "did you mean 'bonds'" in problem.remedy
    high = ASSUMPTIONS.replace("bonds = 0.2", "bonds = 1.2")
    problem = only_problem(lambda: assumptions_settings(high.encode(), source="a.toml"))
    assert problem.where == "a.toml: correlations.equity.bonds"


def test_json_schemas_hold_every_section() -> None:
    schema = plan_schema()
    assert set(schema["properties"]) == set(PlanFile.model_fields)
    assert schema["required"] == ["plan"]
    assert schema["additionalProperties"] is False
    assert "risk_free" in assumptions_schema()["properties"]
