"""[[index.inflation]]: price indices that payments are linked to, and the inflation expected."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.curves import Compounding, Extrapolation, Interpolation
from defease.errors import Caution, InputError, Problem, did_you_mean
from defease.inputs.curve_file import CurveConventions
from defease.inputs.curve_history_file import read_curve_history
from defease.inputs.plan_files import PLAN_FILE
from defease.inputs.price_index_file import read_price_index
from defease.inputs.rate_units import RateUnit
from defease.liability_index import PriceIndex, expected_inflation, price_index

if TYPE_CHECKING:
    from collections.abc import Iterable

    from defease.arrays import DateArray
    from defease.cashflows import CashFlows
    from defease.inputs.plan_files import PlanFiles
    from defease.inputs.schema.analysis import InflationSection
    from defease.liability_index import CurvesByDate

KEY = "index.inflation"
_EXPECTED = CurveConventions(
    quote="spot",
    compounding=Compounding.ANNUAL,
    interpolation=Interpolation.LINEAR_ZERO,
    extrapolation=Extrapolation.FLAT_ZERO,
)


@dataclass(eq=False)
class InflationReading:
    """Price indices of a plan, what was said in reading them, one line for each."""

    indices: tuple[PriceIndex, ...] = ()
    cautions: list[Caution] = field(default_factory=list)
    understood: list[tuple[str, str]] = field(default_factory=list)


def read_inflation(
    files: PlanFiles, sections: Iterable[InflationSection], months: DateArray
) -> InflationReading:
    """Every price index of the plan; all problems of the sections at once.

    Parameters
    ----------
    files : PlanFiles
        Of the plan.
    sections : InflationSection
        In the order of the plan.
    months : DateArray
        Months on which a constant expectation is asked for.
    """
    given = list(sections)
    _check(given)
    reading = InflationReading()
    reading.indices = tuple(_index(files, section, months, reading) for section in given)
    return reading


def check_tags(
    linked: Iterable[tuple[str, CashFlows]], indices: tuple[PriceIndex, ...]
) -> tuple[Caution, ...]:
    """Refuse payments of a file linked to an index that the plan does not name; say unused ones."""
    known = {index.name for index in indices}
    problems, used = [], set()
    for source, flows in linked:
        used |= set(flows.index_names)
        for tag in flows.index_names:
            if tag in known:
                continue
            what = f"payments are linked to {tag!r}, which is no index of the plan"
            remedy = f'add [[{KEY}]] with name = "{tag}", its file and the inflation expected'
            if known:
                remedy = f"{did_you_mean(tag, known)} Or {remedy}"
            problems.append(Problem(f"{source}: index", what, remedy))
    if problems:
        raise InputError(problems)
    return tuple(
        Caution("unused_index", f"{KEY} {name}: no payment is linked to it")
        for name in sorted(known - used)
    )


def _key(section: InflationSection) -> str:
    return f"{KEY}.{section.name}"


def _check(sections: list[InflationSection]) -> None:
    problems, names = [], set()
    for section in sections:
        where = f"{PLAN_FILE}: {_key(section)}"
        name = section.name.lower()
        if name in names:
            problems.append(Problem(f"{where}.name", f"{name!r} stands twice", "name each once"))
        names.add(name)
        if (section.expected is None) == (section.expected_curves is None):
            both = "both expected and" if section.expected is not None else "neither expected nor"
            what = f"has {both} expected_curves"
            remedy = "give a rate as expected = 0.025, or a history as expected_curves = FILE"
            problems.append(Problem(where, what, remedy))
    if problems:
        raise InputError(problems)


def _index(
    files: PlanFiles,
    section: InflationSection,
    months: DateArray,
    reading: InflationReading,
) -> PriceIndex:
    numbers = read_price_index(files.table(section.file, f"{_key(section)}.file"))
    reading.cautions.extend(numbers.cautions)
    expected, words = _expected(files, section, months, reading)
    lag = f"lag {section.lag_months} months; expected: {words}"
    reading.understood.append((section.file, f"{numbers.understood}; {lag}"))
    return price_index(
        section.name.lower(),
        numbers.months,
        numbers.levels,
        expected=expected,
        lag_months=section.lag_months,
    )


def _expected(
    files: PlanFiles,
    section: InflationSection,
    months: DateArray,
    reading: InflationReading,
) -> tuple[CurvesByDate, str]:
    if section.expected_curves is None:
        rate = section.expected or 0.0
        every = np.arange(months.min(), months.max() + np.timedelta64(1, "M"))
        return expected_inflation(rate, every), f"{rate:.4%} a year"
    table = files.table(section.expected_curves, f"{_key(section)}.expected_curves")
    unit = RateUnit(section.unit) if section.unit else None
    found = read_curve_history(table, replace(_EXPECTED, unit=unit))
    reading.cautions.extend(found.cautions)
    return found.history, f"{section.expected_curves}, {found.understood}"
