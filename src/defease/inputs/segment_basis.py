"""A [[discounting]] section of method "segments" as the segment rates it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from defease.errors import Caution, InputError, Problem
from defease.inputs.rate_units import RateUnit
from defease.inputs.refusing import refuse
from defease.inputs.schema.discounting import KEYS_OF_METHOD
from defease.inputs.segment_file import (
    is_history,
    read_hqm_curve,
    read_hqm_history,
    read_segment_rates,
)
from defease.valuation.legal import (
    Month,
    SegmentElection,
    SegmentRates,
    elected_corridor,
    elected_segment_rates,
    given_segment_rates,
    hqm_curve_segment_rates,
    regime,
)

if TYPE_CHECKING:
    import datetime as dt

    from defease.inputs.schema.discounting import BasisSection
    from defease.inputs.segment_file import HistoryReading
    from defease.inputs.tables import Table
    from defease.valuation.legal.hundredths import Triple

SEVERAL_MONTHS = 24


def segment_rates_of(
    section: BasisSection,
    *,
    valuation_date: dt.date,
    table_of: Callable[[str, str], Table],
    where: str,
) -> SegmentRates:
    """The segment rates of a section: typed, published by month, or from the HQM curve.

    Parameters
    ----------
    section : BasisSection
        With one of `rates`, `segment_rates`, `hqm`.
    valuation_date : date
        Its month is the applicable month, unless `lookback_months` elects an earlier one.
    table_of : callable
        Reads a file of the plan; takes its name and the key that names it.
    where : str
        The section as messages name it, such as "plan.toml: discounting.ppa_430".
    """
    election = _election(section, valuation_date)
    unit = RateUnit(section.unit) if section.unit else RateUnit.PERCENT
    if section.rates is not None:
        with _said_of(where, "rates"):
            return elected_corridor(given_segment_rates(section.rates), election)
    if section.segment_rates is not None:
        table = table_of(section.segment_rates, "segment_rates")
        with _said_of(where, "segment_rates"):
            return _of_history(read_segment_rates(table, unit=unit), election)
    table = table_of(section.hqm or "", "hqm")
    with _said_of(where, "hqm"):
        if is_history(table):
            return _of_history(read_hqm_history(table, unit=unit), election)
        return _of_curve(table, unit, election, asked_months=section.average_months)


def _election(section: BasisSection, valuation_date: dt.date) -> SegmentElection:
    return SegmentElection(
        valuation_date=valuation_date,
        regime=section.regime or "",
        average_months=section.average_months,
        lookback_months=section.lookback_months or 0,
        plan_year=section.plan_year,
        averages_25_year=_triple(section.averages_25_year),
    )


def _triple(rates: list[float] | None) -> Triple | None:
    return None if rates is None else (rates[0], rates[1], rates[2])


def _of_history(reading: HistoryReading, election: SegmentElection) -> SegmentRates:
    found = elected_segment_rates(reading.history, election)
    return replace(found, cautions=(*reading.cautions, *found.cautions))


def _of_curve(
    table: Table, unit: RateUnit, election: SegmentElection, *, asked_months: int | None
) -> SegmentRates:
    """The rates of one curve: no months to average, so an average is refused or missed aloud."""
    if asked_months == SEVERAL_MONTHS:
        what = f"{table.source} holds one curve; {SEVERAL_MONTHS} months cannot be averaged"
        remedy = "give a history (month, then one column a maturity), or write average_months = 1"
        refuse("average_months", what, remedy)
    curve = read_hqm_curve(table, unit=unit)
    rates = hqm_curve_segment_rates(
        curve.maturities,
        curve.rates,
        month=Month.of(election.valuation_date),
        source=table.source,
    )
    found = elected_corridor(rates, election)
    said = (*curve.cautions, *found.cautions, *_not_averaged(election, table.source))
    return replace(found, cautions=said)


def _not_averaged(election: SegmentElection, file: str) -> tuple[Caution, ...]:
    law = regime(election.regime) if election.regime else None
    if law is None or law.average_months != SEVERAL_MONTHS:
        return ()
    message = f"{law.title} prescribes {law.prescribes}; {file} holds one month, not averaged"
    return (Caution("not_the_prescribed_average", message),)


@contextmanager
def _said_of(where: str, key: str) -> Iterator[None]:
    """Problems inside name the section, and the key whose value caused them."""
    try:
        yield
    except InputError as error:
        problems = [Problem(_place(where, key, p.where), p.what, p.remedy) for p in error.problems]
    else:
        return
    raise InputError(problems)


def _place(where: str, key: str, inner: str) -> str:
    own = inner in KEYS_OF_METHOD["segments"]
    return f"{where}.{inner}" if own else f"{where}.{key}: {inner}"
