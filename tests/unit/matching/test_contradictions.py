"""Limits that no portfolio can keep are found before anything is solved."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from defease.matching.contradictions import StatedShares, contradictions, piece_above_cap
from tests.unit.matching.bonds import corporates, zeros


def found(count: int = 3, **stated: Any) -> list[str]:
    bonds = corporates(
        count,
        sectors=tuple(f"S{i}" for i in range(count)),
        countries=("US", *("CA",) * (count - 1)),
    )
    shares = StatedShares(**({"cash_allowed": False} | stated))
    return [f"{p.where}: {p.what}" for p in contradictions(bonds, shares)]


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"sector": 0.25}, "sector: 3 sectors at 25% each can hold 75% of the cost"),
        ({"issuer": 0.3}, "issuer: 3 issuers at 30% each can hold 90% of the cost"),
        ({"ratings": {"A": 0.4, "BBB": 0.9}}, "ratings: 1 rating buckets can hold 40%"),
        ({"country": 0.45}, "country: 2 countries at 45% each can hold 90%"),
        ({"country": {"US": 0.2, "CA": 0.7}}, "country: 2 countries can hold 90%"),
        ({"issuer": 0.4, "maximum_names": 2}, "maximum_names: 2 bonds at 40% an issuer can hold"),
        ({"minimum_treasuries": 0.1, "cash_allowed": True}, "10% must be Treasuries"),
    ],
)
def test_what_can_never_be_a_whole_portfolio(stated: dict[str, Any], said: str) -> None:
    (only,) = found(**stated)
    assert said in only


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"sector": 0.25, "cash_allowed": True},
        {"sector": 1 / 3},
        {"sector": 0.34, "issuer": 0.34},
        {"country": {"US": 0.1}},
        {"ratings": {"BBB": 0.1}},
        {"issuer": 0.5, "maximum_names": 2},
    ],
)
def test_what_may_be_one(stated: dict[str, Any]) -> None:
    assert found(**stated) == []


def test_treasuries_fill_what_other_limits_leave_but_belong_to_a_country() -> None:
    bonds = corporates(2).joined_with(zeros([95.0], countries=("US",)))
    stated = StatedShares(issuer=0.1, sector=0.1, minimum_treasuries=0.5, cash_allowed=False)
    assert contradictions(bonds, stated) == ()
    (only,) = contradictions(bonds, StatedShares(country=0.4, cash_allowed=False))
    assert "there is no cash" in only.what


def test_several_contradictions_are_found_together() -> None:
    assert len(found(sector=0.2, issuer=0.2, maximum_names=1)) == 3


def test_the_remedy_is_enough() -> None:
    (only,) = contradictions(corporates(7), StatedShares(issuer=0.05, cash_allowed=False))
    least = float(only.remedy.split(",")[0].rsplit(" ", 1)[1])
    assert contradictions(corporates(7), StatedShares(issuer=least, cash_allowed=False)) == ()


def test_a_piece_larger_than_the_cap_is_told_with_its_cost() -> None:
    bonds = corporates(2, accrued=np.zeros(2)).joined_with(zeros([10.0]))
    said = piece_above_cap(bonds, piece=50_000.0, share=0.02, amount=1_000_000.0)
    # The cheapest corporate costs 98; the cheaper zero is a Treasury, which limits do not count.
    assert said.startswith("50,000 of the cheapest bond that is not a Treasury costs 49,000")
    assert "is 20,000" in said
    assert piece_above_cap(bonds, piece=20_000.0, share=0.02, amount=1_000_000.0) == ""
    assert piece_above_cap(zeros([10.0]), piece=1e9, share=0.02, amount=1e6) == ""
