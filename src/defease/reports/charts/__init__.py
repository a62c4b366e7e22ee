"""One function for each chart: plain numbers in, a Vega-Lite specification with inline data out.

Amounts are plan currency and rates decimals, as everywhere; each chart chooses the units of its
axes.  Missing values are None.  `checked_spec` proves that a specification can be drawn.
"""

from defease.reports.charts.bars import basis_bars, key_rate_bars, savings_bar, stress_bars
from defease.reports.charts.checks import checked_spec
from defease.reports.charts.history import bridge_waterfall, growth_bars, level_lines
from defease.reports.charts.style import at_width
from defease.reports.charts.time_series import (
    before_after_bars,
    cash_flow_bars,
    curve_lines,
    exhaustion_lines,
    horizon_lines,
    implied_rate_lines,
    ladder_chart,
    sensitivity_chart,
    share_lines,
)

__all__ = [
    "at_width",
    "basis_bars",
    "before_after_bars",
    "bridge_waterfall",
    "cash_flow_bars",
    "checked_spec",
    "curve_lines",
    "exhaustion_lines",
    "growth_bars",
    "horizon_lines",
    "implied_rate_lines",
    "key_rate_bars",
    "ladder_chart",
    "level_lines",
    "savings_bar",
    "sensitivity_chart",
    "share_lines",
    "stress_bars",
]
