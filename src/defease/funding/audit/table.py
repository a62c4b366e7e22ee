"""An actuary's printed projection as it is given to the audit, and what is stated beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from defease.arrays import FloatArray, IntArray, frozen_floats, read_only
from defease.errors import bad_input, did_you_mean
from defease.funding.policies import ExhaustionPolicy

PAYROLL_COLUMNS = ("payroll_current", "payroll_future", "payroll_total")
CONTRIBUTION_PARTS = (
    "contributions_members",
    "contributions_employer",
    "contributions_future_members",
)
VALUE_COLUMNS = ("present_value_funded", "present_value_unfunded", "present_value")
AUDITED_COLUMNS = (
    *PAYROLL_COLUMNS,
    *CONTRIBUTION_PARTS,
    "contributions",
    "benefits",
    "expenses",
    "opening",
    "earnings",
    "closing",
    *VALUE_COLUMNS,
)
"""Every column of amounts an audited table may have, in the order of a printed page."""
NEVER_NEGATIVE = (
    *PAYROLL_COLUMNS,
    "contributions_members",
    "contributions_employer",
    "benefits",
    "expenses",
    *VALUE_COLUMNS,
)
COMPUTED_COLUMNS = ("earnings", "closing", *VALUE_COLUMNS)
FINEST_DECIMALS = 6
COARSEST_POWER = 6
FLOAT_NOISE = 1e-15
SHARE_THAT_SHOWS_A_UNIT = 0.8


@dataclass(frozen=True, kw_only=True)
class AuditBasis:
    """What the source states beside its table.

    Attributes
    ----------
    assumed_return, municipal_rate
        Annual effective; the municipal rate is None when the source gives none.
    policy
        Timing and the rules of the sufficiency test.
    member_rate, employer_rate
        Contribution rates on current members' payroll and on total payroll, when stated.
    single_discount_rate
        As published, when it is to be compared.
    first_year
        Label of projection year 1; None takes the first row as year 1.
    """

    assumed_return: float
    municipal_rate: float | None = None
    policy: ExhaustionPolicy = field(default_factory=ExhaustionPolicy)
    member_rate: float | None = None
    employer_rate: float | None = None
    single_discount_rate: float | None = None
    first_year: int | None = None

    def __post_init__(self) -> None:
        for name in ("assumed_return", "municipal_rate"):
            rate = getattr(self, name)
            if rate is not None and not (np.isfinite(rate) and rate > -1):
                where, what = f"audit: {name}", f"a rate of {rate:g} is not above -100%"
                raise bad_input(where=where, what=what, remedy="give a decimal such as 0.07")


@dataclass(frozen=True, eq=False)
class AuditTable:
    """Columns of a printed exhaustion table: any subset of them, exactly as printed.

    Attributes
    ----------
    years
        The labels of the rows, shape (rows,).
    columns
        Amounts by the names of `AUDITED_COLUMNS`, plan currency, each of shape (rows,).
    units
        The printed unit u of each column: amounts are multiples of it.
    totals
        The printed totals row, by column; empty when there is none.
    """

    years: IntArray
    columns: Mapping[str, FloatArray]
    units: Mapping[str, float]
    totals: Mapping[str, float]

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, npt.ArrayLike],
        *,
        years: npt.ArrayLike | None = None,
        unit: float = 1.0,
        totals: Mapping[str, float] | None = None,
    ) -> AuditTable:
        """A table from its columns; missing years are 1, 2, ...; `unit` is 1000 for thousands.

        Amounts are in plan currency whatever the unit.  A column that visibly prints a finer unit
        (cents) or, where it is computed, a coarser one is taken at that unit.

        Raises
        ------
        InputError
            An unknown column, columns of different lengths, no rows, amounts that are not finite.

        Examples
        --------
        >>> table = AuditTable.from_columns({"benefits": [60, 61.5, 62.5, 64]}, years=[1, 2, 3, 4])
        >>> table.units["benefits"], len(table)
        (1.0, 4)
        """
        frozen = {name: frozen_floats(column, name=name) for name, column in columns.items()}
        counts = {len(column) for column in frozen.values()}
        _check_columns(frozen, counts, unit)
        labels = np.arange(1, counts.pop() + 1) if years is None else np.asarray(years)
        rows = len(next(iter(frozen.values())))
        if labels.shape != (rows,) or not np.array_equal(labels, np.round(labels)):
            raise bad_input(
                where="audit: year",
                what="does not label every row with a whole number",
                remedy="give one year a row",
            )
        sums = {k: v for k, v in (totals or {}).items() if k in frozen}
        return cls(
            read_only(labels.astype(np.int64)),
            MappingProxyType(frozen),
            MappingProxyType(_printed_units(frozen, unit)),
            MappingProxyType(sums),
        )

    def __len__(self) -> int:
        return len(self.years)


def _check_columns(columns: Mapping[str, FloatArray], counts: set[int], unit: float) -> None:
    for name in columns:
        if name not in AUDITED_COLUMNS:
            what = f"{name!r} is not a column of an audited table"
            raise bad_input(
                where="audit: columns", what=what, remedy=did_you_mean(name, AUDITED_COLUMNS)
            )
    if len(counts) != 1 or counts == {0}:
        what = "has no columns, no rows or columns of different lengths"
        raise bad_input(
            where="audit: table", what=what, remedy="give at least one row and equal lengths"
        )
    if not (np.isfinite(unit) and unit > 0):
        what = f"must be positive, got {unit:g}"
        raise bad_input(where="audit: unit", what=what, remedy="give 1 or 1000")


def _printed_units(columns: Mapping[str, FloatArray], declared: float) -> dict[str, float]:
    """The unit of each column: finer where its digits show it, coarser where computed ones do."""
    computed = [columns[name] for name in COMPUTED_COLUMNS if name in columns]
    coarse = min((_coarsest(column, declared) for column in computed), default=declared)
    units = {}
    for name, column in columns.items():
        shared = _share_of_multiples(column, coarse) >= SHARE_THAT_SHOWS_A_UNIT
        units[name] = coarse if coarse > declared and shared else _finest(column, declared)
    return units


def _coarsest(column: FloatArray, declared: float) -> float:
    """The largest power of ten times the unit of which a computed column consists."""
    # Few or round numbers prove nothing: a computed column of many rows is never round by chance.
    if len(np.unique(column[column != 0])) < 5:
        return declared
    unit = declared
    for power in range(1, COARSEST_POWER + 1):
        if _share_of_multiples(column, declared * 10.0**power) < SHARE_THAT_SHOWS_A_UNIT:
            break
        unit = declared * 10.0**power
    return unit


def _finest(column: FloatArray, declared: float) -> float:
    unit = declared
    for power in range(FINEST_DECIMALS + 1):
        unit = declared * 10.0**-power
        if _share_of_multiples(column, unit) >= 1 - SHARE_THAT_SHOWS_A_UNIT:
            break
    # One odd cell does not change the unit of a column; half of them do.
    return unit


def _share_of_multiples(column: FloatArray, unit: float) -> float:
    amounts = column[column != 0] / unit
    if not amounts.size:
        return 1.0
    noise = FLOAT_NOISE * (1e9 + np.abs(amounts))
    return float(np.mean(np.abs(amounts - np.round(amounts)) <= noise))
