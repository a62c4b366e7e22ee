"""The task `fund`: what the funding rules ask of a plan for a year, line by line."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defease.errors import Caution, ModelError, Problem
from defease.funding import FundingRules, funding_rules
from defease.reports.builders.fund import FundingFacts, fund_sections, fund_tiles
from defease.services.answering import Page, answered
from defease.services.funding_question import AskedFunding, funding_question
from defease.services.plans import Question, ask, cautions_of
from defease.services.task import TaskResult

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

MISSING_CODES = ("no_minimum_contribution", "no_pbgc_premium", "no_actuarial_contribution")
PARTS = ("minimum", "aftap", "premium", "actuarial")


@dataclass(frozen=True, eq=False)
class FundStudy:
    """What the rules ask, of which question, and everything that has to be said about it."""

    rules: FundingRules
    asked: AskedFunding
    cautions: tuple[Caution, ...]

    @property
    def missing(self) -> tuple[Caution, ...]:
        """Why a part has no answer, one caution a part."""
        return tuple(caution for caution in self.cautions if caution.code in MISSING_CODES)


def fund(
    plan: str | Path, *, overrides: Iterable[str] = (), as_of: str | dt.date | None = None
) -> TaskResult[FundStudy]:
    """Minimum contribution, AFTAP, PBGC premium and actuarially determined contribution."""
    return answer_fund(ask("fund", plan, overrides=overrides, as_of=as_of))


def answer_fund(question: Question) -> TaskResult[FundStudy]:
    """The task `fund` for a plan already read."""
    study = compute_fund(question)
    warnings = cautions_of(question, *study.cautions)
    facts = funding_facts(study)
    page = Page(
        title="Funding rules",
        subtitle=f"What must be paid for the plan year that begins in {study.rules.plan_year}",
        blocks=[fund_tiles(facts), *fund_sections(facts, question.currency)],
    )
    return answered(
        question,
        page,
        task="fund",
        result=study,
        results=fund_results(study),
        warnings=warnings,
    )


def compute_fund(question: Question) -> FundStudy:
    """The numbers of the task; a plan that gives no part its inputs has no answer."""
    asked = funding_question(question.plan)
    rules = _with_named_target(funding_rules(asked.question), asked)
    said = [asked.lacking.get(caution.code, caution) for caution in rules.cautions]
    study = FundStudy(rules, asked, (*said, *asked.cautions, *_below_minimum(rules, asked)))
    if all(getattr(rules, part) is None for part in PARTS):
        remedy = "give it in plan.toml, or ask `defease value`"
        raise ModelError(Problem("funding rules", c.message, remedy) for c in study.missing)
    return study


def _with_named_target(rules: FundingRules, asked: AskedFunding) -> FundingRules:
    """The trail says on which rates the funding target rests: it is computed here, not given."""
    if rules.minimum is None or asked.target is None:
        return rules
    target, *others = rules.minimum.lines
    words = f"value of benefits: {asked.target.basis.rule}"
    lines = (replace(target, formula=words), *others)
    return replace(rules, minimum=replace(rules.minimum, lines=lines))


def _below_minimum(rules: FundingRules, asked: AskedFunding) -> list[Caution]:
    paid, least = asked.question.paid, rules.minimum
    if paid is None or least is None or paid >= least.contribution:
        return []
    message = (
        f"the contribution of {paid:,.0f} is less than the minimum required, "
        f"{least.contribution:,.0f}"
    )
    return [Caution("contribution_below_minimum", message)]


def funding_facts(study: FundStudy) -> FundingFacts:
    """What the pages of the result show."""
    target = study.asked.target
    return FundingFacts(
        rules=study.rules,
        question=study.asked.question,
        target_basis=target.basis if target else None,
        effective_rate=target.effective_rate.rate if target else None,
        missing=tuple(caution.message for caution in study.missing),
    )


def fund_results(study: FundStudy) -> dict[str, Any]:
    """The keys of the JSON interface; a part without its inputs is null, its reason a warning."""
    rules, target = study.rules, study.asked.target
    return {
        "plan_year": rules.plan_year,
        "funding_target": target.value if target else None,
        "funding_target_basis": target.basis.name if target else None,
        "effective_interest_rate": target.effective_rate.rate if target else None,
        "minimum_contribution": rules.minimum.contribution if rules.minimum else None,
        "minimum": _figures(rules.minimum),
        "aftap": rules.aftap.ratio if rules.aftap else None,
        "aftap_meaning": rules.aftap.meaning if rules.aftap else None,
        "pbgc_premium": rules.premium.total if rules.premium else None,
        "premium": _figures(rules.premium),
        "actuarially_determined_contribution": (
            rules.actuarial.contribution if rules.actuarial else None
        ),
        "adc": _adc(study),
        "paid": study.asked.question.paid,
        "trail": [
            {
                "part": part,
                "label": line.label,
                "value": line.value,
                "unit": line.unit.value,
                "formula": line.formula,
                "source": line.source,
            }
            for part, line in rules.trail
        ],
    }


def _figures(part: Any) -> dict[str, Any] | None:
    """The numbers of a part, without its trail and cautions, which stand elsewhere."""
    if part is None:
        return None
    return {k: v for k, v in asdict(part).items() if k not in ("lines", "cautions")}


def _adc(study: FundStudy) -> dict[str, Any] | None:
    actuarial, layers = study.rules.actuarial, study.asked.question.layers
    figures = _figures(actuarial)
    if figures is None or actuarial is None:
        return None
    figures["has_negative_amortisation"] = actuarial.has_negative_amortisation
    figures["layers"] = [
        {"balance": layer.balance, "remaining": layer.remaining, "payment": payment}
        for layer, payment in zip(layers, actuarial.payments, strict=True)
    ]
    del figures["payments"]
    return figures
