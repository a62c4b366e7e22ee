"""Credit ratings in S&P symbols: their order, their buckets, and Moody's symbols translated.

A symbol without sign used as a *bucket* covers its plus, flat and minus ("BBB": BBB+, BBB, BBB-).
Treasuries carry the rating "UST": above every other and outside every bucket.  "" is unrated.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from defease.arrays import BoolArray, IntArray
from defease.errors import bad_input, did_you_mean

TREASURY = "UST"
UNRATED = ""
RATINGS = (
    "AAA", "AA+", "AA", "AA-", "A+", "A", "A-", "BBB+", "BBB", "BBB-", "BB+", "BB", "BB-",
    "B+", "B", "B-", "CCC+", "CCC", "CCC-", "CC", "C", "D",
)  # fmt: skip
"""S&P's long-term symbols from best to worst."""
MOODYS = (
    "Aaa", "Aa1", "Aa2", "Aa3", "A1", "A2", "A3", "Baa1", "Baa2", "Baa3", "Ba1", "Ba2", "Ba3",
    "B1", "B2", "B3", "Caa1", "Caa2", "Caa3", "Ca",
)  # fmt: skip
"""Moody's symbols of the same ranks; its C, like S&P's, is read as C."""
UNRATED_WORDS = frozenset(
    {"", "-", "nr", "n.r.", "wr", "n/a", "na", "none", "not rated", "unrated"}
)
UNRATED_RANK = len(RATINGS) + 1
_RANKS = {symbol: rank for rank, symbol in enumerate((TREASURY, *RATINGS))}
_SPELLINGS = {symbol.casefold(): symbol for symbol in (TREASURY, *RATINGS)} | {
    theirs.casefold(): RATINGS[i] for i, theirs in enumerate(MOODYS)
}


def is_known_rating(rating: str) -> bool:
    """Whether a rating is an S&P symbol, "UST", or "" for unrated."""
    return rating == UNRATED or rating in _RANKS


def parse_rating(text: str, *, where: str = "rating") -> str:
    """A rating as written by an agency or a custodian, as S&P symbol, "UST", or "" for unrated.

    Examples
    --------
    >>> parse_rating("Baa3"), parse_rating(" aa- "), parse_rating("NR")
    ('BBB-', 'AA-', '')
    >>> parse_rating("BBBB")
    Traceback (most recent call last):
    ...
    defease.errors.InputError: rating: 'BBBB' is not a rating; did you mean 'BBB'?
    """
    folded = text.strip().casefold()
    if folded in UNRATED_WORDS:
        return UNRATED
    symbol = _SPELLINGS.get(folded)
    if symbol is None:
        what = f"'{text}' is not a rating"
        raise bad_input(where, what, did_you_mean(text.strip().upper(), _RANKS))
    return symbol


def rating_rank(rating: str) -> int:
    """Place in the order from best to worst: UST 0, AAA 1, ..., D 22, unrated 23.

    Examples
    --------
    >>> rating_rank("UST"), rating_rank("AAA"), rating_rank("BBB-"), rating_rank("")
    (0, 1, 10, 23)
    """
    return UNRATED_RANK if rating == UNRATED else _RANKS[rating]


def rating_ranks(ratings: Iterable[str]) -> IntArray:
    """The rank of each rating, as an array."""
    return np.fromiter(map({UNRATED: UNRATED_RANK, **_RANKS}.__getitem__, ratings), np.int64)


def rating_bucket(rating: str) -> str:
    """The letter grade without its sign.

    Examples
    --------
    >>> rating_bucket("BBB-"), rating_bucket("UST")
    ('BBB', 'UST')
    """
    return rating.rstrip("+-")


def in_rating_bucket(ratings: Iterable[str], bucket: str) -> BoolArray:
    """Which ratings fall in a bucket: "BBB" covers BBB+, BBB and BBB-; "BBB-" only itself.

    Examples
    --------
    >>> in_rating_bucket(("BBB+", "BBB-", "A-", "UST", ""), "BBB")
    array([ True,  True, False, False, False])
    """
    ranks, (best, worst) = rating_ranks(ratings), _bucket_ranks(bucket)
    return (ranks >= best) & (ranks <= worst)


def at_or_below(ratings: Iterable[str], bucket: str) -> BoolArray:
    """Which ratings are in a bucket or worse; never UST, never unrated.

    Examples
    --------
    >>> at_or_below(("AA-", "A+", "BBB", "UST", ""), "A")
    array([False,  True,  True, False, False])
    """
    ranks, (best, _) = rating_ranks(ratings), _bucket_ranks(bucket)
    return (ranks >= best) & (ranks < UNRATED_RANK)


def meets_minimum(ratings: Iterable[str], minimum: str) -> BoolArray:
    """Which ratings are the minimum or better; UST always, unrated never.

    Examples
    --------
    >>> meets_minimum(("UST", "A", "BBB-", "BB+", ""), "BBB-")
    array([ True,  True,  True, False, False])
    """
    return rating_ranks(ratings) <= rating_rank(parse_rating(minimum, where="minimum_rating"))


def _bucket_ranks(bucket: str) -> tuple[int, int]:
    symbol = parse_rating(bucket, where="rating bucket")
    if symbol in {TREASURY, UNRATED}:
        what = f"'{bucket}' is not a rating bucket"
        where, remedy = "rating bucket", "name an S&P grade, such as A or BBB-"
        raise bad_input(where, what, remedy)
    members = [symbol, symbol + "+", symbol + "-"] if symbol[-1] not in "+-" else [symbol]
    ranks = [_RANKS[member] for member in members if member in _RANKS]
    return min(ranks), max(ranks)
