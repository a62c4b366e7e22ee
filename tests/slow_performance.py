"""The performance report written again in plain loops: the other route that tests compare with."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

Numbers = Sequence[float]


def linked(returns: Numbers) -> float:
    level = 1.0
    for value in returns:
        level *= 1.0 + value
    return level - 1.0


def yearly(total: float, periods: int, per_year: int) -> float:
    return math.exp(math.log(1.0 + total) * per_year / periods) - 1.0


def drawdown(levels: Numbers) -> float:
    """Every pair of an earlier and a later level."""
    return max(1.0 - later / a for k, a in enumerate(levels) for later in levels[k:])


def worst_mean(changes: Numbers) -> float:
    """One value removed at a time: a twentieth of them, counted upwards in whole numbers."""
    left = list(changes)
    taken: list[float] = []
    while 20 * len(taken) < len(changes):
        least = min(left)
        left.remove(least)
        taken.append(least)
    return sum(taken) / len(taken)


def comparative(assets: Numbers, index: Numbers, per_year: int) -> dict[str, float]:
    """Measures that need only returns, by key."""
    n, root = len(assets), math.sqrt(per_year)
    mean_a, mean_l = sum(assets) / n, sum(index) / n
    differences = [a - b for a, b in zip(assets, index, strict=True)]
    mean_d = sum(differences) / n
    pairs = list(zip(assets, index, strict=True))
    cross = sum((a - mean_a) * (b - mean_l) for a, b in pairs)
    own = sum((a - mean_a) ** 2 for a in assets)
    square = sum((b - mean_l) ** 2 for b in index)
    downside = math.sqrt(sum(d * d for d in differences if d < 0.0) / n)
    spread = statistics.stdev(differences)
    grown_a, grown_l = yearly(linked(assets), n, per_year), yearly(linked(index), n, per_year)
    return {
        "asset_volatility": statistics.stdev(assets) * root,
        "liability_volatility": statistics.stdev(index) * root,
        "tracking_error": spread * root,
        "liability_beta": cross / square,
        "r_squared": cross * cross / (own * square),
        "downside_deviation": downside * root,
        "growth": grown_a,
        "liability_alpha": (1.0 + grown_a) / (1.0 + grown_l) - 1.0,
        "information_ratio": mean_d * per_year / (spread * root),
        "sortino_ratio": mean_d * per_year / (downside * root),
    }


def in_money(
    assets: Numbers, liabilities: Numbers, asset_flows: Numbers, liability_flows: Numbers
) -> dict[str, float]:
    """Measures that need values on both sides, by key; `cvar_money` is the part in money."""
    changes, shares = [], []
    for k in range(len(asset_flows)):
        gained = assets[k + 1] - assets[k] - asset_flows[k]
        added = liabilities[k + 1] - liabilities[k] - liability_flows[k]
        changes.append(gained - added)
        shares.append((gained - added) / liabilities[k])
    ratios = [a / b for a, b in zip(assets, liabilities, strict=True)]
    return {
        "maximum_drawdown": drawdown(ratios),
        "cvar_surplus_change": worst_mean(shares),
        "cvar_money": worst_mean(changes),
        "liability_alpha_money": sum(changes),
        "funded_change": ratios[-1] - ratios[0],
    }
