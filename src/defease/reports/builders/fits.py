"""Curves fitted to bond prices: how well each explains them, and the bonds it misses most."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from defease.reports.builders.words import label
from defease.reports.document import Block, Cell, Column, Section, Table
from defease.reports.formats import BASIS_POINTS, COUNT, PERCENT, PRICE, RATE, SHIFT, YEARS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from defease.inputs.bond_curve import BondFit

_TENTHS = replace(BASIS_POINTS, digits=1)
_TENTHS_SIGNED = replace(SHIFT, digits=1)
_YIELD_BP = 1e4
_EXACT_BP = 1e-6


def fit_section(fits: Mapping[str, BondFit]) -> Section:
    """The quality of every fit, and the bonds furthest from a curve that does not meet all."""
    blocks: list[Block] = [_quality(fits)]
    smooth = {name: fit for name, fit in fits.items() if fit.report.yield_rms_bp > _EXACT_BP}
    if smooth:
        blocks.append(_furthest(smooth))
    return Section("Curves fitted to bond prices", blocks)


def _quality(fits: Mapping[str, BondFit]) -> Table:
    columns = [
        Column("basis", "Basis"),
        Column("fit", "Fit"),
        Column("bonds", "Bonds", COUNT),
        Column("yield_rms", "Yield error", _TENTHS),
        Column("leave_one_out", "Left out", _TENTHS),
        Column("share_inside", "Inside quotes", PERCENT),
        Column("smallest_forward", "Least forward", RATE),
    ]
    rows: list[list[Cell]] = [
        [
            label(name),
            fit.method.value,
            len(fit.bonds),
            fit.report.yield_rms_bp,
            None if (error := fit.report.leave_one_out_rms) is None else error * _YIELD_BP,
            fit.report.share_inside,
            fit.report.smallest_forward,
        ]
        for name, fit in fits.items()
    ]
    note = (
        "Yield error: root mean square over the bonds. Left out: the same for each bond on a curve "
        "fitted without it; a bootstrap does not say. Inside quotes: share of the bonds with bid "
        "and ask whose price on the curve lies between them. Least forward: smallest forward rate "
        "of a month, annual effective."
    )
    return Table("How well the curves fit", columns, rows, note=note)


def _furthest(fits: Mapping[str, BondFit]) -> Table:
    columns = [
        Column("basis", "Basis"),
        Column("bond", "Bond"),
        Column("maturity", "Years to run", YEARS),
        Column("yield_error", "Yield error", _TENTHS_SIGNED),
        Column("price_error", "Price error", replace(PRICE, signed=True)),
    ]
    rows: list[list[Cell]] = [
        [label(name), bond.name, bond.maturity, bond.yield_error * _YIELD_BP, bond.price_error]
        for name, fit in fits.items()
        for bond in fit.report.worst
    ]
    note = "On the curve less at the market; prices per 100 of face amount."
    return Table("Bonds furthest from their curve", columns, rows, note=note)
