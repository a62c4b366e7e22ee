"""One way of holding assets before and after a new projection of what is owed."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import read_only
from defease.performance.rivals.results import CashLadder

if TYPE_CHECKING:
    from defease.performance.rivals.results import RivalResult


def chained(before: RivalResult, after: RivalResult) -> RivalResult:
    """Both stretches as one; the second begins on the last date of the first with its assets.

    On that date the liability is that of the new projection.  Its jump is in the surplus and in the
    funded ratio, as it is for everybody; it is nobody's growth and in no surplus change.
    """
    cash = CashLadder(
        **{
            each.name: read_only(
                np.append(getattr(before.cash, each.name), getattr(after.cash, each.name))
            )
            for each in fields(CashLadder)
        }
    )
    return replace(
        before,
        dates=read_only(np.append(before.dates, after.dates[1:])),
        assets=read_only(np.append(before.assets, after.assets[1:])),
        liabilities=read_only(np.append(before.liabilities[:-1], after.liabilities)),
        asset_growth=read_only(np.append(before.asset_growth, after.asset_growth)),
        liability_growth=read_only(np.append(before.liability_growth, after.liability_growth)),
        cash=cash,
        notionals=read_only(np.append(before.notionals, after.notionals)),
        cautions=tuple(dict.fromkeys((*before.cautions, *after.cautions))),
    )
