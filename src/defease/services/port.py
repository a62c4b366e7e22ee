"""The task `port`: the portable alpha rule of a plan, back-tested on its own returns and curves."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from defease.arrays import FloatArray, frozen_floats
from defease.dates import to_date
from defease.errors import Caution, InputError, bad_input, did_you_mean
from defease.inputs.performance_files import PerformanceInputs, read_performance_inputs
from defease.inputs.plan_files import PLAN_FILE
from defease.performance import Frequency, ReturnSeries
from defease.performance.panels import discount_panel
from defease.performance.portable import AlphaHistory, alpha_history, compare_with_never_porting
from defease.performance.portable_result import PortableAlphaComparison, PortableAlphaResult
from defease.performance.series import month_numbers
from defease.policies import Decision, Direction, PortableAlphaPolicy
from defease.reports.builders.port import PortFacts, port_sections, port_tiles
from defease.services.answering import Page, answered
from defease.services.owed_history import OwedHistory, owed_history
from defease.services.plans import Question, ask, cautions_of, market_value, with_inputs
from defease.services.task import TaskResult

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from defease.inputs.plan import Plan

TOTAL = "assets"


@dataclass(frozen=True, eq=False, kw_only=True)
class PortAnswer:
    """The back-test beside never porting, and what it rests on.

    Attributes
    ----------
    alpha
        Column of the returns that the alpha assets earn.
    start, end
        The first and last month end that curves and returns cover.
    """

    policy: PortableAlphaPolicy
    alpha: str
    owed: OwedHistory
    given: PerformanceInputs
    history: AlphaHistory
    comparison: PortableAlphaComparison
    start: dt.date
    end: dt.date
    cautions: tuple[Caution, ...]


def port(
    plan: str | Path,
    *,
    overrides: Iterable[str] = (),
    as_of: str | dt.date | None = None,
    curves: str | Path | None = None,
    alpha: str = TOTAL,
) -> TaskResult[PortAnswer]:
    """[portable_alpha] month by month on the plan's returns and curves, beside never porting.

    It opens at `portable_alpha.start`, else with the first month of curves and returns.
    `alpha` is the column of [performance] returns that the alpha assets earn; `curves` names a
    curve history in place of `index.curves`; `as_of` ends the history.
    """
    question = ask("port", plan, overrides=overrides, as_of=as_of)
    return answer_port(question, curves=curves, alpha=alpha)


def answer_port(
    question: Question, *, curves: str | Path | None = None, alpha: str = TOTAL
) -> TaskResult[PortAnswer]:
    """The task `port` for a plan already read."""
    found = compute_port(question, curves=curves, alpha=alpha)
    name = None if curves is None else Path(curves).name
    files = (found.owed.inputs.inputs, found.given.inputs)
    asked = with_inputs(question, *files, curves=name, alpha=alpha)
    warnings = cautions_of(asked, *found.cautions)
    facts = port_facts(found)
    page = Page(
        title="Portable alpha",
        subtitle=f"The rule back-tested beside never porting, {found.start} to {found.end}",
        blocks=[port_tiles(facts), *port_sections(facts, asked.currency)],
        as_of=found.end,
    )
    return answered(
        asked,
        page,
        task="port",
        result=found,
        results=port_results(found),
        warnings=warnings,
    )


def compute_port(
    question: Question, *, curves: str | Path | None = None, alpha: str = TOTAL
) -> PortAnswer:
    """The numbers of the task."""
    plan = question.plan
    policy = policy_of(plan)
    owed = owed_history(question, curves=curves)
    given = read_performance_inputs(plan)
    series = _column(given, alpha)
    returns, opens = _months(series, owed, _begins(plan))
    dates = owed.curves.dates[opens : opens + len(returns) + 1]
    start, end = to_date(dates[0]), to_date(dates[-1])
    days, amounts = owed.in_force(dates)
    panel = discount_panel(owed.curves.between(start, end), days)
    opening, cautions = _opening(plan, given, start)
    history = alpha_history(amounts, panel, returns, alpha_assets=opening)
    comparison = compare_with_never_porting(history, policy)
    said = (
        *owed.cautions,
        *_new_projections(history),
        *given.returns.cautions,
        *cautions,
        *comparison.ported.cautions,
        *_run_out(comparison),
    )
    return PortAnswer(
        policy=policy,
        alpha=alpha,
        owed=owed,
        given=given,
        history=history,
        comparison=comparison,
        start=start,
        end=end,
        cautions=tuple(dict.fromkeys(said)),
    )


def policy_of(plan: Plan) -> PortableAlphaPolicy:
    """The rule of [portable_alpha]; a plan without it is refused with the keys to add."""
    section = plan.settings.portable_alpha
    if section is None:
        raise bad_input(
            where=f"{PLAN_FILE}: portable_alpha",
            what="no rule is given",
            remedy="add [portable_alpha] with share, and trigger_ratio or trigger_amount, as the "
            "investment policy says",
        )
    if section.share is None:
        raise bad_input(
            where=f"{PLAN_FILE}: portable_alpha.share",
            what="is missing",
            remedy="give the share of the excess that is moved, such as share = 0.5",
        )
    return PortableAlphaPolicy(
        share=section.share,
        trigger_ratio=section.trigger_ratio,
        trigger_amount=section.trigger_amount,
        minimum=section.minimum or 0.0,
        floor=section.floor or 0.0,
        direction=Direction.named(section.direction),
        cooling_off_months=section.cooling_off_months,
        review_months=section.review_months,
        least_alpha_assets=section.least_alpha_assets,
        settlement=section.settlement,
    )


def _column(given: PerformanceInputs, name: str) -> ReturnSeries:
    columns = {TOTAL: given.returns.assets, **{each.name: each for each in given.returns.others}}
    if name not in columns:
        what = f"{given.source} has no returns of '{name}'"
        raise bad_input(where="--alpha", what=what, remedy=did_you_mean(name, list(columns)))
    found = columns[name]
    if found.frequency is not Frequency.MONTHLY:
        raise bad_input(
            where=f"{PLAN_FILE}: performance.frequency",
            what="the back-test goes month by month, the returns do not",
            remedy='give monthly returns and frequency = "monthly"',
        )
    return found


def _begins(plan: Plan) -> dt.date | None:
    section = plan.settings.portable_alpha
    return None if section is None else section.start


def _months(
    series: ReturnSeries, owed: OwedHistory, begins: dt.date | None
) -> tuple[FloatArray, int]:
    """Returns of the months that the curves cover too, and the place of the first opening."""
    months = month_numbers(owed.curves.dates)
    ends = month_numbers(series.dates)
    kept = np.isin(ends, months[1:])
    if begins is not None and kept.any():
        last, opens = ends[kept][-1], month_numbers(np.array([begins], "M8[D]"))[0]
        kept &= ends > opens
        if not kept.any() or opens < months[0]:
            raise _outside(begins, int(months[0]), int(last))
    if not kept.any():
        what = f"no month of the returns ({series.window}) lies within the curves"
        remedy = f"the curves cover {owed.start} to {owed.end}: give returns or curves of the same"
        raise bad_input(where=f"{PLAN_FILE}: performance.returns", what=what, remedy=remedy)
    opens = int(np.searchsorted(months, ends[kept][0])) - 1
    return frozen_floats(series.returns[kept], name="alpha returns"), opens


def _outside(begins: dt.date, first: int, last: int) -> InputError:
    known = [np.datetime64(month, "M") for month in (first, last)]
    return bad_input(
        where=f"{PLAN_FILE}: portable_alpha.start",
        what=f"{begins} is not within the months of curves and returns",
        remedy=f"they run from {known[0]} to {known[1]}: begin before the last of them",
    )


def _opening(
    plan: Plan, given: PerformanceInputs, start: dt.date
) -> tuple[float, tuple[Caution, ...]]:
    """The assets at the start: the file's market value, else the plan's own."""
    money = given.returns.money
    if money is not None:
        at = np.flatnonzero(month_numbers(money.dates) == month_numbers(np.array([start], "M8[D]")))
        if at.size:
            return float(money.values[int(at[0])]), ()
    found = market_value(plan)
    if start == plan.valuation_date:
        return found, ()
    message = f"the market value of {plan.valuation_date} stands in for that of {start}"
    return found, (Caution("market_value_of_another_day", message),)


def _new_projections(history: AlphaHistory) -> list[Caution]:
    return [
        Caution(
            "new_projection",
            f"from {history.liability.dates[place]} on the payments are those of a later "
            "projection; the jump in what is owed moves the funded ratio and is in no excess",
        )
        for place, _ in history.later
    ]


def _run_out(comparison: PortableAlphaComparison) -> list[Caution]:
    return [
        Caution("exhausted", f"{each.name}: the alpha assets could not pay everything due")
        for each in (comparison.ported, comparison.never)
        if each.is_exhausted
    ]


def port_facts(found: PortAnswer) -> PortFacts:
    """What the pages of the result show."""
    return PortFacts(
        comparison=found.comparison,
        policy=found.policy,
        alpha=found.alpha,
        basis=found.owed.inputs.basis,
        amounts=found.owed.inputs.amounts.value,
        start=found.start,
        end=found.end,
    )


def port_results(found: PortAnswer) -> dict[str, Any]:
    """The keys of the JSON interface."""
    both, ported, never = found.comparison, found.comparison.ported, found.comparison.never
    volatility = both.funded_volatility
    return {
        "basis": found.owed.inputs.basis,
        "amounts": found.owed.inputs.amounts.value,
        "alpha": found.alpha,
        "start": found.start,
        "end": found.end,
        "policy": {**asdict(found.policy), "direction": found.policy.direction.value},
        "ported": _outcome(ported),
        "never": _outcome(never),
        "comparison": {
            "final_ratio_gain": both.final_ratio_gain,
            "final_surplus_gain": both.final_surplus_gain,
            "drawdown_avoided": both.drawdown_avoided,
            "months_gained": int(both.months_gained[-1]),
            "funded_volatility": None
            if volatility is None
            else dict(zip(("ported", "never"), volatility, strict=True)),
        },
        "decisions": [_decided(decision) for decision in ported.decisions],
        "path": [_row(ported, never, k) for k in range(len(ported.dates))],
    }


def _outcome(result: PortableAlphaResult) -> dict[str, Any]:
    return {
        "alpha_assets": float(result.alpha_assets[-1]),
        "matched_assets": float(result.matched_assets[-1]),
        "liability": float(result.liabilities[-1]),
        "funded_ratio": float(result.funded_ratio[-1]),
        "surplus": float(result.surplus[-1]),
        "lowest_funded_ratio": result.lowest_funded_ratio,
        "maximum_drawdown": result.maximum_drawdown,
        "coverage_date": to_date(result.coverage_dates[-1]),
        "months_defeased": int(result.months_defeased[-1]),
        "transferred": result.total_transferred,
        "trading_costs": float(result.trading_costs.sum()),
        "unpaid": float(result.unpaid.sum()),
    }


def _decided(decision: Decision) -> dict[str, Any]:
    names = "date funded_ratio excess wanted transferred not_transferred sentence"
    return {
        **{name: getattr(decision, name) for name in names.split()},
        "reason": decision.reason.value,
        "limited_by": list(decision.limited_by),
    }


def _row(ported: PortableAlphaResult, never: PortableAlphaResult, k: int) -> dict[str, Any]:
    return {
        "date": to_date(ported.dates[k]),
        "alpha_assets": float(ported.alpha_assets[k]),
        "matched_assets": float(ported.matched_assets[k]),
        "liability": float(ported.liabilities[k]),
        "funded_ratio": float(ported.funded_ratio[k]),
        "never_funded_ratio": float(never.funded_ratio[k]),
        "coverage_date": to_date(ported.coverage_dates[k]),
        "months_defeased": int(ported.months_defeased[k]),
    }
