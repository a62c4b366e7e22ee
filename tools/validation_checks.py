"""Published numbers and ours: the registry behind the validation page.

Every entry restates a printed figure with its source and computes ours from inputs that are given
here or come with the package.  Nothing else is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np
from tools.textbook_problems import (
    BORROWING,
    CARRIED,
    FINLIB,
    LINGO,
    LINGO_SPOTS,
    LOST,
    TEXTBOOK,
    Dedication,
    solved,
)

from defease.bonds import BondUniverse, prices_from_yields, yields_to_maturity
from defease.curves import Compounding, curve_from_spot_rates
from defease.matching import MatchingPolicy
from defease.matching.rivals import TargetRow, least_cost_portfolio, redington_rows, spot_measures
from defease.services import exhaust


@dataclass(frozen=True, kw_only=True)
class Check:
    """A printed figure and the function that computes ours.

    Attributes
    ----------
    printed
        As the source prints it, with its own number of decimals.
    allowed
        Largest difference; None: half a unit of the last printed decimal.
    because
        Why more than rounding is allowed, in words.
    """

    topic: str
    what: str
    source: str
    printed: str
    ours: Callable[[], float]
    unit: str = ""
    allowed: float | None = None
    because: str = "rounding of the print"

    @property
    def decimals(self) -> int:
        """Decimals of the printed figure."""
        return len(self.printed.partition(".")[2])

    @property
    def published(self) -> float:
        """The printed figure as a number."""
        return float(self.printed.replace(",", ""))

    @property
    def tolerance(self) -> float:
        """Largest difference that still agrees."""
        return 0.5 * 10.0**-self.decimals * (1 + 1e-9) if self.allowed is None else self.allowed


# --- Bonds: the Treasury's own worked examples and market yields ----------------------------------


def _treasury(
    maturity: str, *, settlement: str, coupon: float = 0.0, price: float = 100.0, frequency: int = 2
) -> BondUniverse:
    return BondUniverse(
        settlement=dt.date.fromisoformat(settlement),
        identifiers=("one",),
        ratings=("UST",),
        coupons=np.array([coupon]),
        maturities=np.array([maturity], dtype="datetime64[D]"),
        clean_prices=np.array([price]),
        frequencies=np.array([frequency]),
    )


def _regulation_price() -> float:
    bond = _treasury("2020-05-15", coupon=0.0875, settlement="1990-05-15")
    return float(prices_from_yields(bond, 0.0884)[0])


def _yield_percent(bond: BondUniverse) -> float:
    return 100.0 * float(yields_to_maturity(bond)[0])


def _bill_rate() -> float:
    bill = _treasury("1991-06-06", settlement="1990-06-07", price=92.265, frequency=0)
    return _yield_percent(bill)


def _ten_year_of_2015() -> float:
    return _yield_percent(
        _treasury("2025-11-15", coupon=0.0225, price=99.84375, settlement="2016-01-04")
    )


def _thirty_year_of_2015() -> float:
    return _yield_percent(
        _treasury("2045-11-15", coupon=0.03, price=99.71875, settlement="2016-01-04")
    )


# --- Curves: the HQM spot curve recomputes its published par yields -------------------------------


def _hqm_par_yield(maturity: float) -> Callable[[], float]:
    def ours() -> float:
        text = files("defease.services").joinpath("samples", "corporate", "hqm.csv").read_text()
        rows = [line.split(",") for line in text.split()[1:]]
        terms, rates = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
        curve = curve_from_spot_rates(terms, rates / 100.0, compounding=Compounding.SEMIANNUAL)
        return 100.0 * float(curve.par_yields([maturity])[0])

    return ours


# --- Exhaustion: the projection of the Teacher Retirement System of Texas -------------------------


@cache
def _texas() -> Any:
    with as_file(files("defease.services").joinpath("samples", "pension")) as folder:
        return exhaust(folder).result


def _texas_closing(year: int) -> Callable[[], float]:
    def ours() -> float:
        projection = _texas().projection
        return float(projection.closing[list(projection.labels).index(year)])

    return ours


def _texas_single_rate() -> float:
    return 100.0 * float(_texas().single_rate.rate)


# --- Matching: textbook dedications and immunisation ----------------------------------------------


def _cost(case: Dedication, policy: MatchingPolicy) -> Callable[[], float]:
    return lambda: solved(case, policy)[1].objective


def _price_of_year(year: int) -> Callable[[], float]:
    def ours() -> float:
        programme, solution = solved(TEXTBOOK, CARRIED)
        return float(solution.row_duals[programme.balances.start + year - 1])

    return ours


def _thirteen_bonds() -> tuple[TargetRow, ...]:
    grid, due = LINGO.grid, np.array(LINGO.due)
    bonds, dates = np.nonzero(grid.T)
    times = np.arange(1.0, len(due) + 1.0)
    count = len(LINGO.prices)
    owned = spot_measures(times[dates], grid[dates, bonds], LINGO_SPOTS[dates], bonds, count)
    owed = spot_measures(times, due, LINGO_SPOTS, np.zeros(len(due), dtype=np.int64), 1)
    return tuple(redington_rows(owned, owed))


def _immunised_cost() -> float:
    return least_cost_portfolio(np.array(LINGO.prices), _thirteen_bonds()).objective


def _redington_target(row: int) -> Callable[[], float]:
    return lambda: _thirteen_bonds()[row].target


# --- The registry ---------------------------------------------------------------------------------

_CFR = "31 CFR part 356, appendix B (US Treasury)"
_CMT = (
    "price: TreasuryDirect FedInvest, end of day 2015-12-31, settled 2016-01-04; "
    "yield: Federal Reserve H.15, constant maturity, same day"
)
_HQM = "US Treasury, Office of Economic Policy: HQM corporate curve, November 2016"
_GASB = (
    "Teacher Retirement System of Texas, GASB Statement No. 67 report for the year to 2024-08-31"
)
_OMF = "Cornuejols, Peña and Tütüncü, Optimization Methods in Finance, 2nd ed., example 3.1"
_NEWEST = "the newest issue is near, not at, the constant maturity: 1 bp"
_PRINTED_DOLLARS = "amounts are printed in whole dollars"

CHECKS: tuple[Check, ...] = (
    Check(
        topic="Bonds",
        what="Price of the 8 3/4% bond of 2020 at a yield of 8.84%",
        source=_CFR,
        printed="99.057893",
        ours=_regulation_price,
    ),
    Check(
        topic="Bonds",
        what="Investment rate of a 364-day bill priced at 92.265",
        source=_CFR,
        printed="8.237",
        ours=_bill_rate,
        unit="%",
    ),
    Check(
        topic="Bonds",
        what="Yield of the 2 1/4% note of 2025-11-15",
        source=_CMT,
        printed="2.27",
        ours=_ten_year_of_2015,
        unit="%",
        allowed=0.01,
        because=_NEWEST,
    ),
    Check(
        topic="Bonds",
        what="Yield of the 3% bond of 2045-11-15",
        source=_CMT,
        printed="3.01",
        ours=_thirty_year_of_2015,
        unit="%",
        allowed=0.01,
        because=_NEWEST,
    ),
    *(
        Check(
            topic="Curves",
            what=f"Par yield at {maturity} years from the spot curve",
            source=_HQM,
            printed=printed,
            ours=_hqm_par_yield(float(maturity)),
            unit="%",
        )
        for maturity, printed in ((2, "1.67"), (5, "2.34"), (10, "3.44"), (30, "4.32"))
    ),
    Check(
        topic="Exhaustion",
        what="Net position at the end of fiscal 2025",
        source=_GASB,
        printed="220,224,482,712",
        ours=_texas_closing(2025),
        unit="$",
        allowed=3.0,
        because=_PRINTED_DOLLARS,
    ),
    Check(
        topic="Exhaustion",
        what="Net position at the end of fiscal 2026, chained",
        source=_GASB,
        printed="229,739,854,320",
        ours=_texas_closing(2026),
        unit="$",
        allowed=6.0,
        because=_PRINTED_DOLLARS,
    ),
    Check(
        topic="Exhaustion",
        what="Net position at the end of fiscal 2123, chained over 99 years",
        source=_GASB,
        printed="25,916,903,888,184",
        ours=_texas_closing(2123),
        unit="$",
        allowed=25_917.0,
        because="rounded dollars compound at 7% for 99 years: 1e-9 of the amount",
    ),
    Check(
        topic="Exhaustion",
        what="Single discount rate",
        source=_GASB,
        printed="7.00",
        ours=_texas_single_rate,
        unit="%",
    ),
    Check(
        topic="Matching",
        what="Least cost of ten bonds against six payments, cash carried at 0%",
        source=_OMF,
        printed="2305.691648",
        ours=_cost(TEXTBOOK, CARRIED),
        allowed=6e-6,
        because="rounding of the print, and the solver's tolerance of the source",
    ),
    Check(
        topic="Matching",
        what="Price today of one more unit in year 1 (dual)",
        source=_OMF,
        printed="0.83871",
        ours=_price_of_year(1),
    ),
    Check(
        topic="Matching",
        what="Price today of one more unit in year 6 (dual)",
        source=_OMF,
        printed="0.630249",
        ours=_price_of_year(6),
    ),
    Check(
        topic="Matching",
        what="The same bonds and payments, unspent cash lost",
        source="Luenberger, Investment Science (1998), p. 108; optimum from Uryasev's case study",
        printed="2381.14",
        ours=_cost(TEXTBOOK, LOST),
    ),
    Check(
        topic="Matching",
        what="Dedication with reinvestment at 4% and borrowing at 6%",
        source="Consiglio, Nielsen and Zenios, Practical Financial Optimization, FINLIB library "
        "(implied by the budget range of its horizon model)",
        printed="798985.948",
        ours=_cost(FINLIB, BORROWING),
    ),
    Check(
        topic="Matching",
        what="Immunisation after Redington with thirteen bonds",
        source="LINDO Systems, LINGO asset-liability example",
        printed="2751.5223",
        ours=_immunised_cost,
    ),
    *(
        Check(
            topic="Matching",
            what=f"The six payments of the same example: {name}",
            source="LINDO Systems, LINGO asset-liability example",
            printed=printed,
            ours=_redington_target(row),
        )
        for row, (name, printed) in enumerate(
            (
                ("present value", "2757.9368"),
                ("money duration", "9863.2116"),
                ("money convexity", "52066.805"),
            )
        )
    ),
)
