"""The task `value`: what the plan owes and how much of it is funded, on every basis."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defease.cashflows import YearTable
from defease.errors import Caution
from defease.funding import BasisValuation, FundedStatus, value_on_bases
from defease.reports.builders.bases import bridge_section, duty_section, open_points
from defease.reports.builders.fits import fit_section
from defease.reports.builders.valuation import (
    PublishedFigure,
    published_section,
    sensitivity_section,
    status_section,
    structure_section,
    valuation_tiles,
)
from defease.reports.document import Section
from defease.services.answering import Page, answered
from defease.services.plans import (
    Question,
    ask,
    bases,
    cautions_of,
    market_value,
    year_table,
)
from defease.services.published import published_figures
from defease.services.task import TaskResult
from defease.valuation.legal import BasisDuty, basis_duties
from defease.valuation.legal.bridge import BasisBridge, bridges

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from defease.inputs.bond_curve import BondFit
    from defease.inputs.plan import Plan


SAYING_METHODS = ("gasb", "smith_wilson")
"""Methods that say more of a basis than its name."""


@dataclass(frozen=True, eq=False)
class ValueResult:
    """Valuations by basis, the headline first, and the published figures beside ours.

    Attributes
    ----------
    duties
        The bases a plan of this kind shows, beside those it has.
    bridges
        From each basis to the next, of the headline stream.
    fits
        The curves fitted to bond prices, by the name of their basis.
    """

    valuations: tuple[BasisValuation, ...]
    years: YearTable
    published: tuple[PublishedFigure, ...]
    duties: tuple[BasisDuty, ...] = ()
    bridges: tuple[BasisBridge, ...] = ()
    fits: Mapping[str, BondFit] = field(default_factory=dict)

    @property
    def headline(self) -> BasisValuation:
        """The valuation on the basis that leads the report."""
        return self.valuations[0]


def value(
    plan: str | Path, *, overrides: Iterable[str] = (), as_of: str | dt.date | None = None
) -> TaskResult[ValueResult]:
    """Value a plan's cash flows on every basis it names."""
    return answer_value(ask("value", plan, overrides=overrides, as_of=as_of))


def answer_value(question: Question) -> TaskResult[ValueResult]:
    """The task `value` for a plan already read."""
    result = compute_value(question)
    warnings = cautions_of(question, *_measure_caution(question), *value_cautions(result))
    page = Page(
        title="Valuation",
        subtitle="Present values, durations and funded status on every basis",
        blocks=[valuation_tiles(result.headline), *value_sections(question, result)],
    )
    return answered(
        question,
        page,
        task="value",
        result=result,
        results=value_results(result),
        warnings=warnings,
    )


def _measure_caution(question: Question) -> tuple[Caution, ...]:
    """Flows with future service cannot give a liability that counts only what is earned."""
    if question.plan.settings.liabilities.measure != "total":
        return ()
    message = (
        "the cash flows include benefits that members will still earn (measure = total): a "
        "published accrued liability cannot be reproduced from them"
    )
    return (Caution("total_measure", message),)


def compute_value(question: Question) -> ValueResult:
    """The numbers of the task."""
    plan = question.plan
    resolved, flows = bases(plan), plan.cash_flows
    valuations = value_on_bases(
        flows,
        resolved,
        assets=market_value(plan),
        actuarial_value=plan.settings.assets.actuarial_value,
    )
    return ValueResult(
        valuations=valuations,
        years=year_table(plan),
        published=published_figures(plan),
        duties=_duties(plan),
        bridges=bridges(flows.net if flows.has_contributions else flows.gross, resolved),
        fits=plan.fits,
    )


def _duties(plan: Plan) -> tuple[BasisDuty, ...]:
    """What law and accounting ask of a plan of this kind, beside what the plan shows."""
    shown = [
        (basis.name, basis.regime or _says(plan, basis.name, basis.method))
        for basis in plan.settings.discounting
    ]
    return basis_duties(plan.settings.plan.kind, plan.settings.plan.sponsor, shown)


def _says(plan: Plan, name: str, method: str) -> str:
    """What a basis without a regime is by its method, whatever it is called."""
    if name in plan.fits and plan.fits[name].are_treasuries:
        return "treasury"
    return method if method in SAYING_METHODS else ""


def value_sections(question: Question, result: ValueResult) -> list[Section]:
    """The sections that tell the result."""
    currency = question.currency
    sections = [status_section(result.valuations, currency)]
    sections += [duty_section(result.duties)] if any(d.must for d in result.duties) else []
    sections += [bridge_section(result.bridges)] if result.bridges else []
    sections += [
        structure_section(result.headline, result.years, currency),
        sensitivity_section(result.valuations),
    ]
    sections += [fit_section(result.fits)] if result.fits else []
    return [*sections, published_section(result.published)] if result.published else sections


def value_cautions(result: ValueResult) -> list[Caution]:
    """What each basis has to say, with the basis named."""
    without_growth = [
        v.basis.name for v in result.valuations if v.required_growth_to_keep_surplus is None
    ]
    more = []
    if without_growth:
        message = (
            f"required_growth_to_keep_surplus is missing on {', '.join(without_growth)}: it needs "
            "a unique yield and assets above zero"
        )
        more.append(Caution("no_required_growth", message))
    return more + [
        Caution(caution.code, f"basis {v.basis.name}: {caution.message}")
        for v in result.valuations
        for caution in v.cautions
    ]


def value_results(result: ValueResult) -> dict[str, Any]:
    """The keys of the JSON interface."""
    return {
        "headline_basis": result.headline.basis.name,
        "bases": [_basis_keys(v) for v in result.valuations],
        "buckets": [
            {"basis": v.basis.name, **_bucket_keys(b)} for v in result.valuations for b in v.buckets
        ],
        "sensitivities": [
            {
                "basis": v.basis.name,
                "shift_bp": s.shift_bp,
                "present_value": s.present_value,
                "change": s.change,
                "funded_ratio": v.funded_ratio_after(s),
            }
            for v in result.valuations
            for s in v.sensitivities
        ],
        "required_bases": [_duty_keys(duty) for duty in result.duties],
        "bridges": [_bridge_keys(bridge) for bridge in result.bridges],
        "fits": [_fit_keys(name, fit) for name, fit in result.fits.items()],
        "published": [_published_keys(figure) for figure in result.published],
    }


def _fit_keys(name: str, fit: BondFit) -> dict[str, Any]:
    """A bootstrap has no leave-one-out error, and a file without quotes no share inside them."""
    report = fit.report
    some = {
        "leave_one_out_rms": report.leave_one_out_rms,
        "share_inside": report.share_inside,
    }
    return {
        "basis": name,
        "fit": fit.method.value,
        "settlement": fit.settlement,
        "bonds": len(fit.bonds),
        "left_out": fit.left_out,
        "yield_rms": report.yield_rms,
        "price_rms": report.price_rms,
        **{key: value for key, value in some.items() if value is not None},
        "smallest_forward": report.smallest_forward,
        "worst": [
            {
                "identifier": bond.name,
                "years": bond.maturity,
                "yield_error": bond.yield_error,
                "price_error": bond.price_error,
            }
            for bond in report.worst
        ],
    }


def _duty_keys(duty: BasisDuty) -> dict[str, Any]:
    return {
        "basis": duty.basis,
        "must": duty.must,
        "reason": duty.reason,
        "shown_as": duty.shown_as or None,
    }


def _published_keys(figure: PublishedFigure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "value": figure.value,
        "rate": figure.rate,
        "as_of": figure.as_of or None,
        "ours": figure.ours,
        "difference": None if figure.ours is None else figure.ours - figure.value,
        "reason": figure.reason,
    }


def _bridge_keys(bridge: BasisBridge) -> dict[str, Any]:
    return {
        "from": bridge.start_name,
        "to": bridge.end_name,
        "start": bridge.start_value,
        "end": bridge.end_value,
        "changes": [
            {
                "cause": change.cause.value,
                "words": change.words,
                "change": change.change,
                "present_value": change.present_value,
            }
            for change in bridge.changes
        ],
    }


def _basis_keys(v: BasisValuation) -> dict[str, Any]:
    risk, status = v.headline, v.status
    durations = risk.key_rate_durations
    return {
        "name": v.basis.name,
        "regime": v.basis.regime or None,
        "rule": v.basis.rule,
        "to_confirm": list(open_points(v.basis)),
        "measure": "net" if status.is_net else "gross",
        "future_value_gross": v.gross.future_value,
        "future_value_net": v.net.future_value,
        "present_value_gross": v.gross.present_value,
        "present_value_net": v.net.present_value,
        "present_value": risk.present_value,
        "yield": risk.annual_yield,
        "macaulay_duration": risk.macaulay_duration,
        "modified_duration": risk.modified_duration,
        "fisher_weil_duration": risk.fisher_weil_duration,
        "modified_spot_duration": risk.modified_spot_duration,
        "effective_duration": risk.effective_duration,
        "convexity": risk.convexity,
        "effective_convexity": risk.effective_convexity,
        "dv01": risk.dv01,
        "key_rate_durations": None
        if durations is None
        else {f"{t:g}": float(d) for t, d in zip(risk.key_rate_tenors, durations, strict=True)},
        "funded_ratio": status.funded_ratio,
        "funded_ratio_gross": status.funded_ratio_gross,
        "funded_ratio_net": status.funded_ratio_net,
        **_actuarial(status),
        "surplus": status.surplus,
        "surplus_gross": status.surplus_gross,
        "surplus_net": status.surplus_net,
        "share_beyond_curve": v.share_beyond_curve,
        "required_growth_to_keep_surplus": v.required_growth_to_keep_surplus,
    }


def _actuarial(status: FundedStatus) -> dict[str, float | None]:
    """Keys only for plans that give contributions, or an actuarial value of assets."""
    keys: dict[str, float | None] = {}
    if status.is_net:
        name = "funded_ratio_contributions_as_assets"
        keys[name] = status.funded_ratio_contributions_as_assets
    if status.actuarial_value is not None:
        keys["funded_ratio_actuarial"] = status.funded_ratio_actuarial
    return keys


def _bucket_keys(bucket: Any) -> dict[str, Any]:
    return {
        "from_year": bucket.from_year,
        "to_year": bucket.to_year,
        "future_value": bucket.future_value,
        "present_value": bucket.present_value,
        "share": bucket.share,
        "yield": bucket.annual_yield,
        "macaulay_duration": bucket.macaulay_duration,
    }
