"""Discount curves: how they are built, read and moved; immutable, every convention named."""

from defease.curves.bond_bootstrap import bootstrap_bonds, without_outliers
from defease.curves.compounding import Compounding
from defease.curves.discount import DiscountCurve, flat_curve, segment_curve
from defease.curves.fit_report import BondError, CurveFit, FitReport, fit_report
from defease.curves.history import CurveHistory, curve_history, month_ends
from defease.curves.interpolation import Extrapolation, Interpolation
from defease.curves.nodes import (
    NodeCurve,
    curve_from_discount_factors,
    curve_from_forward_rates,
    curve_from_par_yields,
    curve_from_spot_rates,
)
from defease.curves.parametric import (
    SvenssonCurve,
    gsw_curve,
    nelson_siegel_curve,
    svensson_curve,
)
from defease.curves.priced_payments import PricedPayments, priced_payments
from defease.curves.principal_components import (
    NamedShift,
    PrincipalComponents,
    principal_components,
)
from defease.curves.real import BreakevenCurve, indexed_payments
from defease.curves.reference_cpi import CpiSeries, cpi_series, index_ratios, replacement_level
from defease.curves.shifts import CurveShift
from defease.curves.smith_wilson import (
    SmithWilsonCurve,
    smith_wilson_from_par_rates,
    smith_wilson_from_spot_rates,
    smith_wilson_from_weights,
)
from defease.curves.spline import Roughness, SmoothingPenalty, SplineCurve
from defease.curves.spline_fit import choose_penalty, fit_spline
from defease.curves.spread_curve import SpreadCurve, curve_with_spread, spread_between
from defease.curves.svensson_fit import fit_nelson_siegel, fit_svensson

__all__ = [
    "BondError",
    "BreakevenCurve",
    "Compounding",
    "CpiSeries",
    "CurveFit",
    "CurveHistory",
    "CurveShift",
    "DiscountCurve",
    "Extrapolation",
    "FitReport",
    "Interpolation",
    "NamedShift",
    "NodeCurve",
    "PricedPayments",
    "PrincipalComponents",
    "Roughness",
    "SmithWilsonCurve",
    "SmoothingPenalty",
    "SplineCurve",
    "SpreadCurve",
    "SvenssonCurve",
    "bootstrap_bonds",
    "choose_penalty",
    "cpi_series",
    "curve_from_discount_factors",
    "curve_from_forward_rates",
    "curve_from_par_yields",
    "curve_from_spot_rates",
    "curve_history",
    "curve_with_spread",
    "fit_nelson_siegel",
    "fit_report",
    "fit_spline",
    "fit_svensson",
    "flat_curve",
    "gsw_curve",
    "index_ratios",
    "indexed_payments",
    "month_ends",
    "nelson_siegel_curve",
    "priced_payments",
    "principal_components",
    "replacement_level",
    "segment_curve",
    "smith_wilson_from_par_rates",
    "smith_wilson_from_spot_rates",
    "smith_wilson_from_weights",
    "spread_between",
    "svensson_curve",
    "without_outliers",
]
