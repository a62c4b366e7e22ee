"""Defease: asset-liability management for whoever must make promised payments."""

from importlib import import_module

__version__ = "0.1.0"

# Public name -> module that defines it. Names are resolved on first use, so that `import defease`
# (and with it every command's start) costs no numerical library.
_HOMES: dict[str, str] = {
    "AnnualFlows": "defease.funding",
    "Basis": "defease.valuation",
    "BondUniverse": "defease.bonds",
    "CashFlows": "defease.cashflows",
    "Caution": "defease.errors",
    "Compounding": "defease.curves",
    "CurveShift": "defease.curves",
    "DefeaseError": "defease.errors",
    "DiscountCurve": "defease.curves",
    "ExhaustionPolicy": "defease.funding",
    "Extrapolation": "defease.curves",
    "FlowKind": "defease.cashflows",
    "FundedStatus": "defease.funding",
    "InfeasibleError": "defease.errors",
    "InputError": "defease.errors",
    "Interpolation": "defease.curves",
    "MatchingPolicy": "defease.matching",
    "ModelError": "defease.errors",
    "Payments": "defease.cashflows",
    "Plan": "defease.inputs.plan",
    "Problem": "defease.errors",
    "RiskMeasures": "defease.valuation",
    "SolverError": "defease.errors",
    "StressScenario": "defease.shocks",
    "TaskResult": "defease.services",
    "Timing": "defease.cashflows",
    "attribute": "defease.services",
    "check": "defease.services",
    "copy_sample": "defease.services",
    "curve_from_discount_factors": "defease.curves",
    "curve_from_forward_rates": "defease.curves",
    "curve_from_par_yields": "defease.curves",
    "curve_from_spot_rates": "defease.curves",
    "effective_interest_rate": "defease.valuation",
    "exhaust": "defease.services",
    "flat_curve": "defease.curves",
    "fund": "defease.services",
    "funding_rules": "defease.funding",
    "index": "defease.services",
    "match": "defease.services",
    "match_cash_flows": "defease.matching",
    "measure_risk": "defease.valuation",
    "monitor": "defease.services",
    "port": "defease.services",
    "present_value": "defease.valuation",
    "project_assets": "defease.funding",
    "read_plan": "defease.inputs.plan",
    "report": "defease.services",
    "required_return": "defease.funding",
    "rivals": "defease.services",
    "segment_curve": "defease.curves",
    "single_discount_rate": "defease.funding",
    "stress": "defease.services",
    "stress_balance_sheet": "defease.shocks",
    "study_exhaustion": "defease.funding",
    "term_buckets": "defease.valuation",
    "value": "defease.services",
    "value_on_bases": "defease.funding",
    "yield_of_stream": "defease.valuation",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - the table is the one place that names what is public


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        message = f"module 'defease' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
