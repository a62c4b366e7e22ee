"""Rules between the files of a plan: names in one must exist in the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.errors import Problem, did_you_mean
from defease.matching.contradictions import piece_above_cap

if TYPE_CHECKING:
    from defease.bonds import BondUniverse
    from defease.cashflows import CashFlows
    from defease.inputs.schema.assumptions import AssumptionsFile
    from defease.inputs.schema.document import PlanFile


@dataclass(frozen=True, eq=False)
class FilesRead:
    """What the files of a plan say; None where there is none, or it could not be read."""

    flows: CashFlows | None = None
    assumptions: AssumptionsFile | None = None
    bonds: BondUniverse | None = None


def agreement_problems(settings: PlanFile, read: FilesRead, *, source: str) -> list[Problem]:
    """Names in one file that another lacks, files nobody reads, pieces that no limit allows."""
    found = [
        *_groups(settings, read.flows),
        *_classes(settings, read.assumptions),
        *_files(settings),
        *_pieces(settings, read.bonds),
    ]
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


def _pieces(settings: PlanFile, bonds: BondUniverse | None) -> Iterator[Problem]:
    """Lots and minimum pieces above the caps of a stated amount."""
    given = settings.matching
    if given is None or bonds is None:
        return
    relative_to_amount = given.limits_relative_to == "amount"
    amount = given.limits_amount if relative_to_amount else given.budget
    caps = {"issuer": given.limits.issuer, "sector": given.limits.sector}
    stated = [(share, name) for name, share in caps.items() if share is not None]
    if amount is None or not stated:
        return
    share, name = min(stated)
    for key in ("lot", "minimum_piece"):
        piece = getattr(given.limits, key)
        if piece and (what := piece_above_cap(bonds, piece=piece, share=share, amount=amount)):
            remedy = f"make {key} smaller, or raise limits.{name}"
            yield Problem(f"matching.limits.{key}", what, remedy)


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
