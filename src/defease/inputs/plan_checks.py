"""Rules between the files of a plan: names in one must exist in the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from defease.errors import Problem, did_you_mean

if TYPE_CHECKING:
    from defease.cashflows import CashFlows
    from defease.inputs.schema.assumptions import AssumptionsFile
    from defease.inputs.schema.document import PlanFile


def agreement_problems(
    settings: PlanFile, flows: CashFlows | None, assumptions: AssumptionsFile | None, *, source: str
) -> list[Problem]:
    """Asset classes without assumptions, groups without cash flows, declared files nobody reads."""
    found = [*_groups(settings, flows), *_classes(settings, assumptions), *_files(settings)]
    return [Problem(f"{source}: {p.where}", p.what, p.remedy) for p in found]


def _groups(settings: PlanFile, flows: CashFlows | None) -> Iterator[Problem]:
    wanted = settings.matching.groups if settings.matching else None
    if flows is None or not wanted:
        return
    present = [name for name in flows.group_names if name]
    for group in wanted:
        if group not in present:
            what = f"no cash flows belong to a group {group!r}"
            remedy = did_you_mean(group, present) if present else "give cash flows a column group"
            yield Problem("matching.groups", what, remedy)


def _classes(settings: PlanFile, assumptions: AssumptionsFile | None) -> Iterator[Problem]:
    if assumptions is None or not assumptions.asset_class:
        return
    known = [asset_class.name for asset_class in assumptions.asset_class]
    bounds = settings.allocation.bounds if settings.allocation else {}
    used = [("assets.allocation", row.asset_class) for row in settings.assets.allocation]
    for where, name in (*used, *(("allocation.bounds", name) for name in bounds)):
        if name not in known:
            what = f"{name!r} is not an asset class of the assumptions"
            yield Problem(where, what, did_you_mean(name, known))


def _files(settings: PlanFile) -> Iterator[Problem]:
    named = list(_named_files(settings))
    for name in settings.files:
        if name not in named:
            yield Problem(f"files.{name}", "the plan names no such file", did_you_mean(name, named))


def _named_files(settings: PlanFile) -> Iterator[str]:
    """Every file name in the plan, also of sections that other commands read."""
    yield settings.liabilities.file
    yield from (later.file for later in settings.liabilities.projection)
    given = [settings.assets.holdings]
    if settings.matching:
        given += [settings.matching.universe, settings.matching.holdings]
        given.append(settings.matching.haircut_table)
    if settings.index:
        given += [settings.index.curves, settings.index.risk_free_curves, settings.index.payments]
    if settings.performance:
        given.append(settings.performance.returns)
    if settings.monitoring:
        given += [settings.monitoring.official, *settings.monitoring.proxies.values()]
    for basis in settings.discounting:
        given += [basis.file, basis.hqm, basis.segment_rates, basis.qb]
    yield from (name for name in given if name is not None)
