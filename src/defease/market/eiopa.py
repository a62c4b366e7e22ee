"""EIOPA's risk-free term structures as CSV: spot rates, parameters, and the Smith-Wilson vectors.

Spot rates: a row for each maturity in years, a column for each currency or country; decimals,
annual compounding, no volatility adjustment.  Parameters: a row for each country.  Qb: long format.
The files do not say their reference date: it has to be given.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from defease.inputs.columns import ColumnReader, Missing, NumberRule
from defease.inputs.refusing import refuse
from defease.market.layouts import PER_CENT, Findings, publisher_table
from defease.market.observations import Series, gathered
from defease.market.reading import Reading

SPOT, PARAMETER, WEIGHT = "spot_rate", "smith_wilson_parameter", "smith_wilson_weight"
_RATE = NumberRule(
    missing=Missing.ALLOWED, at_least=-0.2, at_most=1.0, remedy="rates are decimals, such as 0.0347"
)
_YEARS = NumberRule(above=0.0, at_most=200.0, remedy="maturities are years above 0")
_ANY = NumberRule(missing=Missing.ALLOWED)
# Column of the file: name of the parameter, and what its figures are divided by.
_PARAMETERS = {
    "ufr_pct": ("ultimate_forward_rate", PER_CENT),
    "alpha": ("alpha", 1.0),
    "llp_years": ("last_liquid_point", 1.0),
    "convergence_years": ("convergence_period", 1.0),
    "cra_bp": ("credit_risk_adjustment", PER_CENT * PER_CENT),
    "coupon_freq": ("coupon_frequency", 1.0),
}


def read_spot(data: bytes, *, source: str, as_of: dt.date | None = None) -> Reading:
    r"""Spot rates of every country by maturity.

    Examples
    --------
    >>> given = b"maturity,Euro,Norway\n1,0.03472,0.03\n2,0.0332,\n"
    >>> reading = read_spot(given, source="eiopa.csv", as_of=dt.date(2023, 4, 30))
    >>> [str(series) for series in reading.observations.series][:2], len(reading.observations)
    (['spot_rate Euro 1Y', 'spot_rate Norway 1Y'], 3)
    """
    day = _date_given(as_of, source)
    table = publisher_table(data, source=source)
    reader = ColumnReader(table)
    reader.expect(required=("maturity",), known=table.columns)
    years = reader.amounts("maturity", _YEARS)
    countries = {
        name: title.strip()
        for name, title in zip(table.columns, table.titles, strict=True)
        if name != "maturity"
    }
    columns = {title: reader.numbers(name, _RATE) for name, title in countries.items()}
    reader.finish()
    found = gathered(
        (
            (Series(SPOT, title, f"{year:g}Y"), [day], [rates[row]])
            for row, year in enumerate(years)
            for title, rates in columns.items()
        ),
        source=source,
    )
    findings = Findings(table, "EIOPA spot rates without volatility adjustment, CSV")
    findings.understood += [
        f"{len(columns)} countries, {len(years)} maturities, {years.min():g} to {years.max():g}",
        f"decimals, annual compounding; reference date {day} as given, not in the file",
    ]
    return Reading(found, findings.report(reader))


def read_parameters(data: bytes, *, source: str, as_of: dt.date | None = None) -> Reading:
    """Ultimate forward rate, alpha, last liquid point and the rest, by country."""
    day = _date_given(as_of, source)
    table = publisher_table(data, source=source)
    reader = ColumnReader(table)
    reader.expect(required=("country", "ufr_pct", "alpha"), known=("country", *_PARAMETERS))
    countries = reader.texts("country", required=True)
    given = {name: kind for name, kind in _PARAMETERS.items() if name in reader}
    columns = {name: reader.numbers(name, _ANY) for name in given}
    reader.finish()
    found = gathered(
        (
            (Series(PARAMETER, country, kind), [day], [_divided(columns[name][row], divisor)])
            for name, (kind, divisor) in given.items()
            for row, country in enumerate(countries)
        ),
        source=source,
    )
    findings = Findings(table, "EIOPA Smith-Wilson parameters, CSV")
    findings.understood += [
        f"{len(countries)} countries; {', '.join(kind for kind, _ in given.values())}",
        f"reference date {day} as given, not in the file",
    ]
    return Reading(found, findings.report(reader))


def read_weights(data: bytes, *, source: str, as_of: dt.date | None = None) -> Reading:
    """The vectors Qb: country, calibration time in years, weight."""
    day = _date_given(as_of, source)
    table = publisher_table(data, source=source)
    reader = ColumnReader(table)
    reader.expect(required=("country", "u_years", "qb"), known=("country", "u_years", "qb"))
    countries = reader.texts("country", required=True)
    times = reader.amounts("u_years", _YEARS)
    weights: Sequence[float | None] = reader.numbers("qb")
    reader.finish()
    rows = zip(countries, times, weights, strict=True)
    found = gathered(
        (
            (Series(WEIGHT, country, f"{time:g}Y"), [day], [weight])
            for country, time, weight in rows
        ),
        source=source,
    )
    findings = Findings(table, "EIOPA Smith-Wilson vectors Qb, CSV")
    findings.understood += [
        f"{len(set(countries))} countries, {len(found)} weights",
        f"reference date {day} as given, not in the file",
    ]
    return Reading(found, findings.report(reader))


def _divided(value: float | None, divisor: float) -> float | None:
    return None if value is None else value / divisor


def _date_given(as_of: dt.date | None, source: str) -> dt.date:
    if as_of is None:
        refuse(source, "does not say its reference date", "give it: --as-of YYYY-MM-DD")
    return as_of
