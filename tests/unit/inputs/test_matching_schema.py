"""[matching] of a plan: every key under its own name, and keys that need or exclude each other."""

from __future__ import annotations

import pytest

from defease.inputs.schema.matching import MatchingSection
from defease.inputs.toml_files import plan_settings
from tests.unit.inputs.building import PLAN, only_problem

WHOLE = """
universe = "bonds.csv"
holdings = "holdings.csv"
groups = ["retired", "deferred"]
netting = "pro_rata"
borrowing_rate = 0.06
gamma = [0, 1, 1.5]
transaction_cost_bp = 5
ticket_cost = 25
credit_events = { "037833100" = 0.6 }
time_limit = 10
slice = "priorities"
budget = 200e6
weights = { retired = 3, deferred = 1 }
protect = ["retired"]
funded_shares = "falling"
loans = [{ rate = 0.05, tenor = 2, cap = 1e6 }]
[matching.limits]
issuer = 0.02
country = { Canada = 0.1, Norway = 0.05 }
maturity_bands = [{ to_year = 10, share = 0.6 }, { from_year = 10, to_year = 30, share = 0.5 }]
minimum_treasuries = 0.1
duration = [6.5, 7.5]
key_rate_tolerance = [1e6, 2e6]
key_rate_curve = "flat"
supply = 0.1
turnover = 1.5
lot = 5000
minimum_piece = 250000
maximum_names = 150
"""


def matching(text: str) -> MatchingSection:
    read = plan_settings((PLAN + "[matching]\n" + text).encode(), source="plan.toml").matching
    assert read is not None
    return read


def test_every_key_is_read_under_its_own_name() -> None:
    read = matching(WHOLE)
    limits = read.limits
    assert read.weights == {"retired": 3.0, "deferred": 1.0}
    assert (read.protect, read.credit_events) == (["retired"], {"037833100": 0.6})
    assert read.gamma == [0.0, 1.0, 1.5]
    assert limits.country == {"Canada": 0.1, "Norway": 0.05}
    first, second = limits.maturity_bands
    assert (first.from_year, first.to_year, second.from_year) == (0.0, 10.0, 10.0)
    assert limits.duration == [6.5, 7.5]
    assert limits.turnover == 1.5


def test_nothing_stated_changes_nothing() -> None:
    read = matching("")
    assert (read.slice, read.gamma, read.transaction_cost_bp, read.ticket_cost) == (None, 0, 0, 0)
    assert (read.window_years, read.credit_events, read.time_limit) == (None, None, None)
    stated = read.limits.model_dump(exclude_defaults=True)
    assert stated == {}


def test_other_forms_of_the_same_keys() -> None:
    assert matching("[matching.limits]\ncountry = 0.3").limits.country == 0.3
    assert matching("[matching.limits]\nkey_rate_tolerance = 5e5").limits.key_rate_tolerance == 5e5
    read = matching('slice = "priorities"\nbudget = 1e6\nprotect = 5\nweights = "equal"')
    assert (read.protect, read.weights) == (5.0, "equal")
    assert matching('credit_events = ["a", "b"]').credit_events == ["a", "b"]
    # With these objectives a budget is the money to be invested, beside a slice.
    assert matching('objective = "terminal_surplus"\nbudget = 1e6\nyears = 10').years == 10.0


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("years = 10\nbudget = 5", "matching", "years and budget, which are different slices"),
        ('slice = "vertical"\nyears = 5', "matching", "not a vertical one"),
        ('slice = "chronological"\npercent = 0.5', "matching", "percent is a vertical slice"),
        ('slice = "vertical"', "matching", "needs percent or budget"),
        ('slice = "priorities"', "matching", "needs a budget"),
        ('slice = "prioritys"', "matching.slice", "did you mean 'priorities'"),
        ('weights = "equal"', "matching", 'weights belongs to slice = "priorities"'),
        ("protect = 3", "matching", 'protect belongs to slice = "priorities"'),
        (
            "slice = 'priorities'\nbudget = 1\nweights = { a = -1 }",
            "matching.weights.a",
            "must not be negative",
        ),
        ('objective = "terminal_surplus"', "matching", "needs a budget"),
        ('objective = "turnover"', "matching", "needs holdings"),
        ('terminal_deficit = "allowed"', "matching", "terminal_surplus"),
        ("[matching.limits]\nturnover = 0.2", "matching", "limits.turnover needs holdings"),
        ("borrowing_rate = 0.05\nborrowing_spread = 0.01", "matching", "keep one of them"),
        ("window_years = 3\nborrowing_cap = 5.0", "matching", "keep one of them"),
        ('window_years = 3\nsurplus = "lost"', "matching", "carries none"),
        ("window_years = 0", "matching.window_years", "must be positive"),
        ('haircut = "table"', "matching", "needs haircut_table"),
        ('haircut_table = "x.csv"', "matching", 'haircut = "table"'),
        ('groups = ["a", "a"]', "matching", "names a group twice"),
        ("gamma = -1", "matching.gamma", "must not be negative"),
        ("time_limit = 0", "matching.time_limit", "must be positive"),
        ("ticket_cost = -5", "matching.ticket_cost", "must not be negative"),
        ("credit_events = { a = 60 }", "matching.credit_events", "did you mean 0.6"),
    ],
)
def test_keys_that_cannot_be_meant_together(text: str, where: str, said: str) -> None:
    problem = only_problem(lambda: matching(text))
    assert problem.where.startswith(f"plan.toml: {where}")
    assert said in f"{problem.what}; {problem.remedy}"


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("lot = 5000\nminimum_piece = 1000", "", "1,000 is less than one lot (5,000)"),
        ("duration = [8, 6]", ".duration", "write the lower number first"),
        ("duration = [8]", ".duration", "the least and the most years"),
        ("turnover = 20", ".turnover", "did you mean 0.2"),
        ("supply = 10", ".supply", "did you mean 0.1"),
        ("country = 30", ".country", "did you mean 0.3"),
        ("country = { US = 30 }", ".country.US", "did you mean 0.3"),
        ("minimum_treasuries = -0.1", ".minimum_treasuries", "must not be negative"),
        ("maximum_names = 0", ".maximum_names", "must be positive"),
        ("maturity_bands = [{ to_year = 5 }]", ".maturity_bands.0.share", "is required"),
        (
            "maturity_bands = [{ from_year = 5, to_year = 3, share = 0.2 }]",
            ".maturity_bands.0",
            "begins in year 5 and ends in year 3",
        ),
        (
            "maturity_bands = [{ to_year = 9, share = 0.5 }, { from_year = 9, share = 0.4 }]",
            "",
            "cover every year with shares that sum to 0.9",
        ),
        ('key_rate_tolerance = 5\nkey_rate_curve = "falt"', ".key_rate_curve", "'flat'"),
        ('key_rate_curve = "flat"', "", "needs key_rate_tolerance"),
    ],
)
def test_limits_that_cannot_be_meant(text: str, where: str, said: str) -> None:
    problem = only_problem(lambda: matching("holdings = 'h.csv'\n[matching.limits]\n" + text))
    assert problem.where == f"plan.toml: matching.limits{where}"
    assert said in f"{problem.what}; {problem.remedy}"


def test_bands_that_leave_years_out_or_hold_everything_are_limits() -> None:
    for bands in (
        "[{ to_year = 9, share = 0.5 }, { from_year = 10, share = 0.1 }]",
        "[{ to_year = 9, share = 0.5 }]",
        "[{ to_year = 9, share = 0.5 }, { from_year = 9, share = 0.5 }]",
    ):
        assert matching(f"[matching.limits]\nmaturity_bands = {bands}").limits.maturity_bands
