"""The order of ratings, their buckets, and Moody's symbols."""

from __future__ import annotations

import pytest

from defease.bonds.ratings import (
    MOODYS,
    RATINGS,
    at_or_below,
    in_rating_bucket,
    meets_minimum,
    parse_rating,
    rating_bucket,
    rating_rank,
)
from defease.errors import InputError


def test_the_order_runs_from_treasuries_to_default_and_unrated() -> None:
    order = ["UST", "AAA", "AA+", "A-", "BBB+", "BBB", "BBB-", "BB+", "B-", "CCC", "D", ""]
    ranks = [rating_rank(rating) for rating in order]
    assert ranks == sorted(set(ranks))


@pytest.mark.parametrize(
    ("moodys", "symbol"),
    [("Aaa", "AAA"), ("Aa3", "AA-"), ("A1", "A+"), ("Baa2", "BBB"), ("Ba1", "BB+"), ("Ca", "CC")],
)
def test_moodys_symbols_are_translated(moodys: str, symbol: str) -> None:
    assert parse_rating(moodys) == symbol


def test_every_symbol_reads_as_itself_and_every_moodys_symbol_as_one_rank() -> None:
    assert [parse_rating(symbol) for symbol in RATINGS] == list(RATINGS)
    assert [rating_rank(parse_rating(symbol)) for symbol in MOODYS] == list(
        range(1, len(MOODYS) + 1)
    )


def test_a_bucket_covers_its_signs_and_a_signed_symbol_only_itself() -> None:
    ratings = ("A-", "BBB+", "BBB", "BBB-", "BB+", "UST", "")
    assert in_rating_bucket(ratings, "BBB").tolist() == [False, True, True, True] + [False] * 3
    assert in_rating_bucket(ratings, "BBB-").tolist() == [False] * 3 + [True] + [False] * 3
    assert at_or_below(ratings, "BBB").tolist() == [False] + [True] * 4 + [False] * 2
    assert at_or_below(ratings, "AAA").tolist() == [True] * 5 + [False] * 2


def test_the_minimum_lets_treasuries_pass_and_stops_the_unrated() -> None:
    assert meets_minimum(("UST", "BBB", "BBB-", ""), "BBB").tolist() == [True, True, False, False]
    assert meets_minimum(("BBB-",), "Baa3").tolist() == [True]


def test_grades_without_sign() -> None:
    assert [rating_bucket(r) for r in ("AA+", "AA", "AAA", "D")] == ["AA", "AA", "AAA", "D"]


@pytest.mark.parametrize("text", ["XYZ", "AAAA", "BBB+-", "7"])
def test_an_unknown_rating_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is not a rating"):
        parse_rating(text)


@pytest.mark.parametrize("bucket", ["UST", "", "NR"])
def test_treasuries_and_unrated_are_no_buckets(bucket: str) -> None:
    with pytest.raises(InputError, match="is not a rating bucket"):
        in_rating_bucket(("A",), bucket)
