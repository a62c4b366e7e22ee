"""Slices of a liability: years, percents and priorities that a budget buys; goals; windows."""

from defease.matching.slices.horizons import CurveEnd, HorizonCurve, horizon_curve

__all__ = ["CurveEnd", "HorizonCurve", "horizon_curve"]
