"""Price index files: months as they are, gaps said, nothing made up."""

from __future__ import annotations

import numpy as np
import pytest

from defease.errors import InputError
from defease.inputs.csv_reader import read_csv
from defease.inputs.price_index_file import PriceIndexReading, read_price_index


def read(text: str) -> PriceIndexReading:
    return read_price_index(read_csv(text.encode(), source="cpi.csv"))


def test_months_or_dates() -> None:
    by_month = read("month,index\n2025-08,100\n2025-09,101\n")
    by_date = read("date,index\n2025-08-31,100\n2025-09-15,101\n")
    for reading in (by_month, by_date):
        assert reading.months.astype(str).tolist() == ["2025-08", "2025-09"]
        np.testing.assert_array_equal(reading.levels, [100.0, 101.0])
        assert not reading.cautions
    assert by_month.understood == "2 index numbers, 2025-08 to 2025-09"


def test_gaps_and_columns_that_nobody_reads_are_said() -> None:
    found = read("month,index,inflation\n2025-08,100,\n2025-11,101,1.0\n")
    said = {caution.code: caution.message for caution in found.cautions}
    assert "2025-09, 2025-10" in said["missing_months"]
    assert "inflation" in said["unknown_columns"]
    assert len(found.levels) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("index\n100\n", "no column 'date'"),
        ("month,date,index\n2025-08,2025-08-31,100\n", "date and month"),
        ("month,level\n2025-08,100\n", "no column 'index'"),
        ("month,index\n2025-13,100\n", "is not a month"),
        ("month,index\n2025-08,\n", "line 2, column index"),
        ("month,index\n2025-08,0\n", "0 is not above 0"),
        ("month,index\n2025-08,1\n2025-08,1\n", "2025-08 stands twice"),
        ("date,index\n2025-08-01,1\n2025-08-31,1\n", "2025-08 stands twice"),
        ("month,index\n2025-08,1\n2025-07,1\n", "2025-07 comes after 2025-08"),
        ("month,index\n", "no rows"),
    ],
)
def test_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert said in str(caught.value)
