"""A small bond market and a closed plan for tests of trading."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from typing import Any

import numpy as np

from defease.arrays import FloatArray
from defease.bonds import BondUniverse, generate_universe, price_on_curve
from defease.cashflows import Payments
from defease.curves import flat_curve
from defease.dates import add_months_to

START = dt.date(2025, 12, 31)


def closed_plan(months: int = 60, *, start: dt.date = START, size: float = 1e5) -> Payments:
    """Level payments at the ends of months."""
    days = add_months_to(start, np.arange(1, months + 1))
    return Payments.from_dates(start, days, np.full(months, size))


def market(seed: int = 1, *, count: int = 80) -> BondUniverse:
    """Invented Treasuries and corporates, none callable or watched."""
    bonds = generate_universe(flat_curve(0.04), count=count, settlement=START, seed=seed)
    return with_columns(bonds, callable=np.zeros(count, bool), watch=np.zeros(count, bool))


def with_columns(bonds: BondUniverse, **changed: Any) -> BondUniverse:
    """The same bonds with some columns replaced."""
    names = [f.name for f in fields(BondUniverse) if f.name not in {"terms", *changed}]
    return BondUniverse(**{name: getattr(bonds, name) for name in names}, **changed)


def later(bonds: BondUniverse, day: dt.date, *, rate: float, noise: FloatArray) -> BondUniverse:
    """The bonds that have not matured, settled on a later day, priced at another flat rate.

    `noise` is the spread of each bond, shape (n,).
    """
    alive = bonds.maturities > np.datetime64(day, "D")
    kept = bonds.take(alive)
    unpriced = np.full(len(kept), np.nan)
    moved = with_columns(kept, settlement=day, accrued=unpriced)
    prices = price_on_curve(moved, flat_curve(rate), spread=noise[alive])
    return with_columns(moved, clean_prices=prices - moved.accrued)
