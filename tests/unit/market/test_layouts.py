from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defease.errors import InputError
from defease.inputs.columns import ColumnReader, Missing, NumberRule
from defease.inputs.tables import Table
from defease.market.layouts import figures, publisher_table
from defease.market.terms import tenor_of, years_of

RULES = [
    NumberRule(missing=Missing.ALLOWED, at_least=-20.0, at_most=60.0, remedy="look again"),
    NumberRule(missing=Missing.ALLOWED_AND_ZERO_TOO, at_least=0.0),
    NumberRule(missing=Missing.REFUSED),
]
CELLS = st.one_of(
    st.sampled_from(["", "NA", "-", "0", "-0", "0.00", "1e400", "1,000", "(3)", "4%", "nan", "x"]),
    st.decimals(-30, 70, places=3).map(str),
    st.integers(-(10**18), 10**18).map(str),
)


def column(cells: list[str]) -> Table:
    rows = tuple((cell,) for cell in cells)
    return Table("t.csv", "", ("a",), ("a",), rows, tuple(range(2, len(rows) + 2)))


def outcome(read: str, cells: list[str], rule: NumberRule) -> object:
    reader = ColumnReader(column(cells))
    found = figures(reader, "a", rule) if read == "fast" else reader.numbers("a", rule)
    return [str(p) for p in reader.problems] or found


@pytest.mark.parametrize("rule", RULES, ids=["rates", "prices", "all given"])
@given(cells=st.lists(CELLS, max_size=6))
def test_the_fast_way_reads_what_the_grammar_reads(rule: NumberRule, cells: list[str]) -> None:
    assert outcome("fast", cells, rule) == outcome("slow", cells, rule)


@given(years=st.integers(1, 100), months=st.integers(1, 24))
def test_a_tenor_keeps_its_length_whatever_its_spelling(years: int, months: int) -> None:
    for spelled in (f"{years} Yr", f"{years}Y", f"{years} years", f"{years}YEAR"):
        assert years_of(tenor_of(spelled)) == years
    for spelled in (f"{months} Mo", f"{months}M", f"{months} Months"):
        assert years_of(tenor_of(spelled)) == months / 12


def test_lines_and_hash_are_those_of_the_file_as_it_came() -> None:
    whole = publisher_table(b"a,b\n1,2\n", source="x.csv")
    bare = publisher_table(b"1,2\n", source="x.csv", header=("a", "b"))
    assert (whole.rows, whole.row_numbers) == (bare.rows, (2,))
    assert bare.row_numbers == (1,)
    assert whole.sha256 != bare.sha256


def test_a_preamble_without_a_header_is_refused() -> None:
    with pytest.raises(InputError, match="has no header line that starts with 'date,'"):
        publisher_table(b"just,words\n", source="x.csv", starts_with=b"date,")
