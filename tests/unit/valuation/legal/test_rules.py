from __future__ import annotations

import tomllib
from importlib.resources import files
from itertools import pairwise

import pytest

from defease.errors import InputError
from defease.valuation.legal import (
    aftap_rules,
    average_floor,
    basis_duties,
    corridor,
    pbgc_premium_rates,
    regime,
    required_bases,
    segment_boundaries,
    years_of_amortisation,
)

TABLES = tomllib.loads(
    files("defease.valuation.legal").joinpath("us_rules.toml").read_text("utf-8")
)
DATED = [
    name for name, entries in TABLES.items() if isinstance(entries, list) and name != "required"
]


@pytest.mark.parametrize("table", DATED)
def test_years_of_a_rule_follow_each_other_without_gap_or_overlap(table: str) -> None:
    entries = TABLES[table]
    for earlier, later in pairwise(entries):
        assert later["from"] == earlier["to"] + 1
    assert all(entry.get("to", 9999) >= entry["from"] for entry in entries)


@pytest.mark.parametrize("table", DATED)
def test_every_figure_has_a_source_and_a_mark(table: str) -> None:
    for entry in TABLES[table]:
        assert entry["source"].strip()
        assert isinstance(entry["to_confirm"], bool)


@pytest.mark.parametrize("year", [2013, 2027, 1990])
def test_a_premium_of_an_unknown_year_is_refused_in_words(year: int) -> None:
    with pytest.raises(InputError, match=f"plan year {year}: no PBGC premium is known"):
        pbgc_premium_rates(year)


def test_a_marked_figure_says_so_in_its_citation() -> None:
    assert corridor(2026).citation.endswith("[to confirm]")


def test_the_floor_began_in_2020() -> None:
    assert [average_floor(year).hundredths for year in (2019, 2020, 2040)] == [0, 500, 500]


def test_the_amortisation_period_grew_in_2022() -> None:
    assert [years_of_amortisation(year).number for year in (2008, 2021, 2022)] == [7, 7, 15]


def test_segments_begin_at_five_and_twenty_years() -> None:
    assert segment_boundaries(2026).boundaries == (5.0, 20.0)


@pytest.mark.parametrize(
    ("ratio", "below"), [(0.599, 0.6), (0.6, 0.8), (0.8, 1.0), (0.9999, 1.0), (1.0, None)]
)
def test_a_ratio_at_a_threshold_has_reached_it(ratio: float, below: float | None) -> None:
    assert aftap_rules(2026).band(ratio).below == below


def test_an_unknown_regime_names_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'ppa_430'"):
        regime("ppa430")


@pytest.mark.parametrize(
    ("kind", "sponsor", "must"),
    [
        ("pension", "public", {"assumed_return", "gasb", "ldrom"}),
        ("pension", "corporate", {"asc715", "ppa_430", "pbgc_standard"}),
        ("pension", "multiemployer", {"assumed_return", "ldrom"}),
        ("insurer", None, {"smith_wilson"}),
        ("individual", None, set()),
    ],
)
def test_what_a_plan_of_its_kind_must_show(kind: str, sponsor: str | None, must: set[str]) -> None:
    assert {entry.basis for entry in required_bases(kind, sponsor) if entry.must} == must


def test_every_required_basis_that_is_a_regime_is_known() -> None:
    others = {"treasury", "assumed_return", "gasb", "smith_wilson"}
    for entry in TABLES["required"]:
        assert entry["basis"] in others or regime(entry["basis"]).title


def test_missing_bases_are_those_required_and_not_shown() -> None:
    shown = [("accounting", "asc715"), ("treasury", "ldrom")]
    duties = basis_duties("pension", "corporate", shown)
    assert {duty.basis for duty in duties if duty.is_missing} == {"ppa_430", "pbgc_standard"}
    assert {duty.basis: duty.shown_as for duty in duties}["treasury"] == "treasury"
    assert all(duty.reason in duty.words for duty in duties)
