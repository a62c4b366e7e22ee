"""Two axes of time: the day a figure is about and when it became known."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defease.market import FactTable, Observations, Publication, Series, differences, gathered
from defease.market.facts import moment
from defease.market.gaps import missing_months
from tests.unit.inputs.building import only_problem

CPI = Series("price_index", "CPI-U")
PAR = Series("par_yield", "UST", "10Y")
APRIL, MAY = dt.date(2026, 4, 1), dt.date(2026, 5, 1)


def known(day: int, source: str = "file") -> Publication:
    return Publication(dt.datetime(2026, 6, day, tzinfo=dt.UTC), source)


def cpi(**levels: float) -> Observations:
    days = {"april": APRIL, "may": MAY}
    return gathered([(CPI, [days[name] for name in levels], list(levels.values()))])


def test_a_correction_is_a_new_row_and_both_versions_stay() -> None:
    table = (
        FactTable.empty()
        .with_publication(cpi(april=333.0), known(1, "first issue"))
        .with_publication(cpi(april=333.02, may=335.1), known(10, "second issue"))
    )
    assert len(table) == 3
    assert table.first_published().value(CPI, APRIL) == 333.0
    assert table.latest().value(CPI, APRIL) == 333.02
    assert table.as_known(dt.date(2026, 6, 9)).value(CPI, APRIL) == 333.0
    assert table.as_known(dt.date(2026, 6, 10)).value(CPI, APRIL) == 333.02
    only_problem(lambda: table.as_known(dt.date(2026, 6, 9)).value(CPI, MAY))
    assert not len(table.as_known(dt.date(2026, 5, 31)))
    (revision,) = table.revisions()
    assert (revision.before, revision.after, revision.version) == (333.0, 333.02, 2)
    assert (revision.as_of, revision.source) == (APRIL, "second issue")


def test_the_same_figures_again_add_no_row_and_what_is_dropped_stays_known() -> None:
    table = FactTable.empty().with_publication(cpi(april=333.0, may=335.0), known(1))
    again = table.with_publication(cpi(may=335.0), known(2))
    assert len(again) == 2
    assert again.latest().value(CPI, APRIL) == 333.0
    assert len(again.publications) == 2


def test_a_correction_taken_back_is_a_third_version() -> None:
    table = FactTable.empty()
    for day, level in ((1, 333.0), (2, 333.5), (3, 333.0)):
        table = table.with_publication(cpi(april=level), known(day))
    assert table.versions.tolist() == [1, 2, 3]
    assert [(r.before, r.after) for r in table.revisions()] == [(333.0, 333.5), (333.5, 333.0)]


def test_what_was_known_never_changes_with_what_comes_later() -> None:
    table = FactTable.empty().with_publication(cpi(april=333.0), known(1))
    before = table.as_known(dt.date(2026, 6, 5))
    later = table.with_publication(cpi(april=400.0), known(9))
    after = later.as_known(dt.date(2026, 6, 5))
    np.testing.assert_array_equal(before.values, after.values)
    np.testing.assert_array_equal(before.as_of, after.as_of)


def test_knowledge_has_one_direction_and_a_time_zone() -> None:
    table = FactTable.empty().with_publication(cpi(april=333.0), known(9))
    problem = only_problem(lambda: table.with_publication(cpi(april=334.0), known(1)))
    assert "lies before the last publication" in problem.what
    naive = dt.datetime(2026, 6, 1)
    assert "no time zone" in only_problem(lambda: moment(naive)).what


def test_arrays_of_a_table_cannot_be_written() -> None:
    table = FactTable.empty().with_publication(cpi(april=333.0), known(1))
    for array in (table.values, table.versions, table.as_of, table.latest().values):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[0]


def test_two_figures_for_one_day_are_refused() -> None:
    problem = only_problem(lambda: gathered([(CPI, [APRIL], [1.0]), (CPI, [APRIL], [2.0])]))
    assert problem.what == "has two figures for 2026-04-01"


def test_two_official_copies_are_compared_cell_by_cell() -> None:
    days = [dt.date(2001, 7, 31), dt.date(2001, 8, 1)]
    one = gathered([(PAR, days, [0.0507, 0.0511])])
    other = gathered([(CPI, days, [177.0, 177.0]), (PAR, days, [0.0517, 0.0511])])
    (found,) = differences(one, other)
    assert (found.series, found.day) == (PAR, days[0])
    assert (found.first, found.second) == (0.0507, 0.0517)
    assert not differences(one, other, above=0.0011)


def test_missing_months_across_a_year_end() -> None:
    days = np.array(["2025-11-01", "2026-02-01"], dtype="datetime64[D]")
    assert missing_months(days) == ("2025-12", "2026-01")


Files = st.lists(
    st.dictionaries(st.integers(0, 5), st.integers(0, 3), min_size=1), min_size=1, max_size=6
)


@settings(max_examples=60)
@given(files=Files, asked=st.integers(0, 6))
def test_as_known_is_what_a_diary_of_all_files_says(
    files: list[dict[int, int]], asked: int
) -> None:
    """Slow oracle: overwrite a dictionary, file by file, up to the day asked for."""
    table, diary = FactTable.empty(), dict[dt.date, float]()
    for number, file in enumerate(files, start=1):
        days = [APRIL + dt.timedelta(days=day) for day in file]
        table = table.with_publication(
            gathered([(PAR, days, [float(v) for v in file.values()])]), known(number)
        )
        if number <= asked:
            diary.update(zip(days, map(float, file.values()), strict=True))
    days_known, values = table.as_known(
        dt.datetime(2026, 6, 1, tzinfo=dt.UTC) + dt.timedelta(days=asked - 1)
    ).history(PAR)
    assert dict(zip(days_known.tolist(), values.tolist(), strict=True)) == diary
