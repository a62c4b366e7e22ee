"""Discount curves: how they are built, read and moved; immutable, every convention named."""

from defease.curves.compounding import Compounding
from defease.curves.discount import DiscountCurve, flat_curve, segment_curve
from defease.curves.interpolation import Extrapolation, Interpolation
from defease.curves.nodes import (
    NodeCurve,
    curve_from_discount_factors,
    curve_from_forward_rates,
    curve_from_par_yields,
    curve_from_spot_rates,
)
from defease.curves.shifts import CurveShift

__all__ = [
    "Compounding",
    "CurveShift",
    "DiscountCurve",
    "Extrapolation",
    "Interpolation",
    "NodeCurve",
    "curve_from_discount_factors",
    "curve_from_forward_rates",
    "curve_from_par_yields",
    "curve_from_spot_rates",
    "flat_curve",
    "segment_curve",
]
