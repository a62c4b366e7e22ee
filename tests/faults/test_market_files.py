"""Spoilt publishers' files: place, what and remedy; never a traceback, a NaN or a silent zero."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

import numpy as np
import pytest

from defease.errors import InputError
from defease.market import PROVIDERS, provider_named

DAY = dt.date(2026, 3, 24)
PAR = b'Date,"1 Mo","10 Yr"\n01/05/2026,3.7,4.2\n01/06/2026,3.7,4.3\n'
FEED = (
    b'<feed xmlns:m="m" xmlns:d="d"><entry><m:properties>'
    b"<d:NEW_DATE>2026-01-05T00:00:00</d:NEW_DATE>"
    b"<d:BC_10YEAR>4.2</d:BC_10YEAR></m:properties></entry></feed>"
)
HEAD = b"cusip,type,coupon,maturity,buy,sell\n"
GOOD = {
    "treasury_par": PAR,
    "treasury_real": b'Date,"5 YR","10 YR"\n01/05/2026,1.3,1.9\n01/06/2026,1.4,2.0\n',
    "fedinvest": b"91282CEF4,MARKET BASED NOTE,0.025,03/31/2027,,98.81,98.78,98.80\n",
    "gsw": b"Note,,\nDate,SVENY01,TAU2\n2026-01-05,3.9,2.5\n2026-01-06,3.8,-999.99\n",
    "hqm": b"month,0.5,1\n2016-09,0.8,0.9\n2016-10,0.9,1.1\n",
    "irs_segments": b"month,first,second,third\n2016-10,1.7,3.7,4.6\n2016-11,1.8,3.8,4.7\n",
    "fred_cpi": b"observation_date,CPIAUCNS\n2026-04-01,333.0\n2026-05-01,335.1\n",
    "fred_par": b"observation_date,DGS1,DGS10\n2026-01-02,3.5,4.2\n2026-01-05,.,4.3\n",
    "eiopa_spot": b"maturity,Euro\n1,0.0347\n2,0.0332\n",
    "eiopa_parameters": b"country,ufr_pct,alpha\nEuro,3.45,0.1176\n",
    "eiopa_weights": b"country,u_years,qb\nEuro,1,-1.79\nEuro,2,0.52\n",
}


@dataclass(frozen=True)
class Fault:
    """A spoilt file, and words that must be said about it."""

    name: str
    provider: str
    data: bytes
    words: str


FAULTS = (
    Fault("empty", "treasury_par", b"", "empty"),
    Fault("header only", "treasury_par", b"Date,10 Yr\n", "no rows"),
    Fault("only zeros", "treasury_par", b"Date,10 Yr\n01/05/2026,0\n", "no row with rates"),
    Fault("no tenor", "treasury_par", b"Date,Rate\n01/05/2026,4.2\n", "no column with a maturity"),
    Fault("twice a day", "treasury_par", PAR + b"01/05/2026,1,1\n", "stands already in line 2"),
    Fault("two digits", "treasury_par", PAR.replace(b"/2026", b"/26"), "two-digit year"),
    Fault("not finite", "treasury_par", PAR.replace(b"4.2", b"1e999"), "not finite"),
    Fault("NaN", "treasury_par", PAR.replace(b"4.2", b"NaN"), "not a finite number"),
    Fault("50%", "treasury_par", PAR.replace(b"4.2", b"500"), "above 60"),
    Fault("% sign", "treasury_par", PAR.replace(b"4.2", b"4.2%"), "written as a rate"),
    Fault("NUL", "treasury_par", PAR.replace(b"4.2", b"4\x00"), "NUL"),
    Fault("Latin-1", "treasury_par", PAR + b"\xe9,1,1\n", "UTF-8"),
    Fault("ragged", "treasury_par", PAR + b"01/07/2026,1\n", "2 cells where the header has 3"),
    Fault("cut feed", "treasury_par", FEED[:90], "not well-formed"),
    Fault("entities", "treasury_par", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "entities"),
    Fault("empty feed", "treasury_par", b"<feed></feed>", "no entry with NEW_DATE"),
    Fault(
        "date twice in an entry",
        "treasury_par",
        FEED.replace(b"</m:prop", b"<d:BC_10YEAR>5</d:BC_10YEAR></m:prop"),
        "BC_10YEAR twice",
    ),
    Fault("web page", "gsw", b"<html><body>Sorry</body></html>", "no header line"),
    Fault("no columns", "gsw", b"Date,A\n2026-01-05,1\n", "none of the columns"),
    Fault("same month", "hqm", GOOD["hqm"] + b"Oct 2016,1,1\n", "stands already in line 3"),
    Fault("no month", "hqm", GOOD["hqm"] + b"2016-13,1,1\n", "'2016-13' is not a month"),
    Fault("decimals", "hqm", b"month,0.5,1\n2016-09,0.008,0.009\n", "reaches 0.30"),
    Fault("not HQM", "hqm", b"one,two\n1,2\n", "no row of month names"),
    Fault("no zip", "hqm", b"PK\x03\x04 no zip", "not a readable .xlsx"),
    Fault("no year", "hqm", b"Title,,\n,Jan,Feb\n0.5,1,1\n", "names no year"),
    Fault("column", "irs_segments", b"month,first,second\n2016-11,1,2\n", "no column 'third'"),
    Fault("index 0", "fred_cpi", GOOD["fred_cpi"].replace(b"333.0", b"0"), "not above 0"),
    Fault("no series", "fred_cpi", b"DATE\n2026-04-01\n", "no series"),
    Fault("no price", "fedinvest", b"91282CEF4,TIPS,0.02,03/31/2027,,0,0,0\n", "no price at all"),
    Fault("coupon", "fedinvest", b"91282CEF4,TIPS,40.0,03/31/2027,,9,9,9\n", "no coupon"),
    Fault("32nds", "fedinvest", b"91282CEF4,TIPS,0.02,03/31/2027,,99-16+,9,9\n", "32nds"),
    Fault("negative", "fedinvest", b"91282CEF4,TIPS,0.02,03/31/2027,,-9,9,9\n", "below 0"),
    Fault("scientific", "fedinvest", HEAD + b"9.1E+10,TIPS,1,2027-03-31,9,9\n", "cusip"),
    Fault("percent", "eiopa_spot", b"maturity,Euro\n1,3.47\n", "above 1"),
    Fault("maturity", "eiopa_spot", b"maturity,Euro\n0,0.0347\n", "not above 0"),
    Fault("country", "eiopa_weights", GOOD["eiopa_weights"] + b",3,1\n", "is empty"),
    Fault("weight twice", "eiopa_weights", GOOD["eiopa_weights"] + b"Euro,2,1\n", "two figures"),
)  # fmt: skip


def read(name: str, data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    parse = provider_named(name).parse
    return parse(data, source="file.csv", as_of=DAY).observations.values


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{f.provider}: {f.name}" for f in FAULTS])
def test_a_spoilt_file_is_refused_in_words(fault: Fault) -> None:
    with pytest.raises(InputError) as caught:
        read(fault.provider, fault.data)
    problems = caught.value.problems
    assert any(fault.words in f"{p.where}: {p.what}; {p.remedy}" for p in problems), problems
    for problem in problems:
        assert problem.where.startswith("file.csv")
        assert problem.remedy


def test_every_provider_has_a_good_file_here() -> None:
    assert set(GOOD) == set(PROVIDERS)
    for name, data in GOOD.items():
        assert len(read(name, data)) > 0, name


@pytest.mark.parametrize("name", [*GOOD])
def test_mutated_files_are_read_or_refused_but_never_crash(name: str) -> None:
    """Bytes changed, cut, doubled and swapped: figures are finite or the file is refused."""
    chance = random.Random(name)  # noqa: S311 - the same mutations in every run
    for _ in range(150):
        data = bytearray(GOOD[name] if name != "treasury_par" or chance.random() < 0.5 else FEED)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(data))
            change = chance.randrange(3)
            if change == 0:
                data[place] = chance.randrange(256)
            elif change == 1:
                data[place:place] = chance.choice([b",", b"\n", b'"', b"-", b"0", b"9e9", b"<"])
            else:
                del data[place : place + chance.randint(1, 8)]
            data = data or bytearray(b" ")
        try:
            values = read(name, bytes(data))
        except InputError:
            continue
        assert np.isfinite(values).all()
