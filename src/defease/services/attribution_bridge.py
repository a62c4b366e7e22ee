"""The drivers of the bridge from one funded status to the next, period by period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.performance import Bridge, BridgeEnds, funded_bridge, linked_bridge
from defease.performance.series import month_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from defease.arrays import FloatArray
    from defease.inputs.performance_files import PerformanceInputs
    from defease.liability_index import LiabilityIndex
    from defease.performance import BalanceHistory
    from defease.services.attribution_data import Compared

Changes = dict[str, "FloatArray"]
PAYMENTS, CONTRIBUTIONS = "payments", "contributions"


def bridge_of(
    compared: Compared,
    index: LiabilityIndex,
    given: PerformanceInputs,
    *,
    balances: BalanceHistory,
    weights: Mapping[str, float],
) -> Bridge:
    """One order-free bridge over all periods: rates, spreads, asset classes, flows, data, model.

    Payments of the index are taken as paid from the assets; the rest of the assets' flow is
    contributions.  Inflation is what realised and newly expected prices made of index-linked
    payments, those of the period included.  A class earns its weight of the opening assets times
    its return; what is left of the assets' growth is one driver of its own.
    """
    owed = _liability_changes(compared, index)
    held = _asset_changes(compared, given, balances, weights, owed)
    bridges = [
        funded_bridge(
            BridgeEnds(
                opening_assets=float(balances.assets[k]),
                opening_liabilities=float(balances.liabilities[k]),
                closing_assets=float(balances.assets[k + 1]),
                closing_liabilities=float(balances.liabilities[k + 1]),
            ),
            asset_changes={name: float(line[k]) for name, line in held.items()},
            liability_changes={name: float(line[k]) for name, line in owed.items()},
        )
        for k in range(len(compared.closes))
    ]
    return linked_bridge(bridges)


def _liability_changes(compared: Compared, index: LiabilityIndex) -> Changes:
    lines = index.total.growth_lines()
    monthly = {
        "liability: income": lines.income,
        "liability: roll": lines.roll,
        "liability: rates": lines.rate_change,
        "liability: spread": lines.spread_change,
        "liability: inflation": lines.inflation,
        PAYMENTS: index.benefit_paid,
        CONTRIBUTIONS: index.contributions,
        "liability: experience": index.experience.sum(axis=1),
        "liability: model": index.model_change,
    }
    summed = {
        name: np.array(
            [line[a:b].sum() for a, b in zip(compared.opens, compared.closes, strict=True)]
        )
        for name, line in monthly.items()
    }
    return {name: line for name, line in summed.items() if line.any()}


def _asset_changes(
    compared: Compared,
    given: PerformanceInputs,
    balances: BalanceHistory,
    weights: Mapping[str, float],
    owed: Changes,
) -> Changes:
    payments = owed.get(PAYMENTS, np.zeros(len(compared.closes)))
    classes = _by_class(compared, given, balances, weights)
    rest = balances.asset_growth - sum(classes.values(), np.zeros(len(compared.closes)))
    named = "assets: all" if not classes else "assets: other than by class"
    changes = {**classes, named: rest}
    changes[PAYMENTS] = payments
    changes[CONTRIBUTIONS] = balances.asset_flows - payments
    return {name: line for name, line in changes.items() if line.any()}


def _by_class(
    compared: Compared,
    given: PerformanceInputs,
    balances: BalanceHistory,
    weights: Mapping[str, float],
) -> Changes:
    """Growth of each class of the allocation; nothing unless every class has its returns."""
    series = {s.name: s for s in given.returns.others}
    months = month_numbers(compared.assets.dates)
    found: Changes = {}
    for name, weight in weights.items():
        if name not in series:
            return {}
        kept = np.isin(month_numbers(series[name].dates), months)
        if kept.sum() != len(months):
            return {}
        found[f"assets: {name}"] = weight * balances.assets[:-1] * series[name].returns[kept]
    return found
