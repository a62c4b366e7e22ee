"""Files of [performance] and [monitoring], read on demand by the commands that use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.arrays import DateArray, FloatArray
from defease.errors import Caution, InputError, Problem, bad_input
from defease.inputs.files import PlanFolder
from defease.inputs.official_file import OfficialFigure, read_official
from defease.inputs.plan_files import PLAN_FILE, PlanFiles
from defease.inputs.returns_file import (
    ReturnsReading,
    read_class_returns,
    read_proxy,
    read_returns,
)
from defease.performance import FlowTiming, Frequency, ReturnSeries

if TYPE_CHECKING:
    from defease.inputs.plan import Plan

FREQUENCIES = {
    "monthly": Frequency.MONTHLY,
    "quarterly": Frequency.QUARTERLY,
    "annual": Frequency.ANNUAL,
}
Proxy = tuple[DateArray, FloatArray]


@dataclass(frozen=True, eq=False)
class PerformanceInputs:
    """Returns of the assets, and what each column is measured against.

    Attributes
    ----------
    funds
        Column of the returns to the bucket, segment or group of the index that it funds.
    seed
        Of the bootstrap, recorded with its result.
    annual
        Classes known by the year only; empty where the plan names no such file.
    cautions
        What has to be said of that file.
    inputs
        SHA-256 of each file read, by name.
    """

    returns: ReturnsReading
    funds: Mapping[str, str]
    seed: int
    inputs: Mapping[str, str]
    source: str
    annual: tuple[ReturnSeries, ...] = ()
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, eq=False)
class MonitoringInputs:
    """Official values and the proxies on which assets are rolled forward; returns by day."""

    official: tuple[OfficialFigure, ...]
    proxies: Mapping[str, Proxy]
    cautions: tuple[Caution, ...]
    inputs: Mapping[str, str]
    is_daily: bool


def read_performance_inputs(plan: Plan) -> PerformanceInputs:
    """The file of [performance]; a plan without it is refused with the key to add."""
    section = plan.settings.performance
    if section is None or section.returns is None:
        raise bad_input(
            where=f"{PLAN_FILE}: performance.returns",
            what="no returns are given",
            remedy="add [performance] with returns = FILE (date, assets, one column a manager)",
        )
    files = PlanFiles(PlanFolder(plan.folder), plan.settings)
    reading = read_returns(
        files.table(section.returns, "performance.returns"),
        frequency=FREQUENCIES[section.frequency],
        flow_timing=FlowTiming(section.flow_timing),
    )
    annual, cautions = _annual(files, section.annual_returns)
    return PerformanceInputs(
        returns=reading,
        funds=section.funds,
        seed=section.seed,
        inputs=dict(files.inputs),
        source=section.returns,
        annual=annual,
        cautions=cautions,
    )


def _annual(
    files: PlanFiles, name: str | None
) -> tuple[tuple[ReturnSeries, ...], tuple[Caution, ...]]:
    """The classes whose returns are known by the year."""
    if name is None:
        return (), ()
    table = files.table(name, "performance.annual_returns")
    return read_class_returns(table, frequency=Frequency.ANNUAL)


def read_monitoring_inputs(plan: Plan) -> MonitoringInputs:
    """The files of [monitoring]; every class of the allocation needs a proxy."""
    section = plan.settings.monitoring
    if section is None or not section.proxies:
        raise bad_input(
            where=f"{PLAN_FILE}: monitoring.proxies",
            what="no proxy returns are given",
            remedy="add [monitoring] with proxies = { class = FILE } for each class of "
            "[[assets.allocation]]",
        )
    lacking = [name for name in plan.allocation if name not in section.proxies]
    if lacking:
        raise InputError(
            Problem(
                f"{PLAN_FILE}: monitoring.proxies",
                f"{name} of the allocation has no proxy",
                f"add {name} = FILE (date,return)",
            )
            for name in lacking
        )
    files = PlanFiles(PlanFolder(plan.folder), plan.settings)
    proxies: dict[str, Proxy] = {}
    problems: list[Problem] = []
    for name, file in section.proxies.items():
        try:
            proxies[name] = read_proxy(files.table(file, f"monitoring.proxies.{name}"))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    official, cautions = _official(plan, files, section.official)
    return MonitoringInputs(
        official, proxies, cautions, dict(files.inputs), is_daily=section.step == "daily"
    )


def _official(
    plan: Plan, files: PlanFiles, name: str | None
) -> tuple[tuple[OfficialFigure, ...], tuple[Caution, ...]]:
    """The file of official values, else the plan's own valuation."""
    if name is not None:
        reading = read_official(
            files.table(name, "monitoring.official"), classes=tuple(plan.allocation)
        )
        return reading.figures, reading.cautions
    if plan.market_value is None:
        raise bad_input(
            where=f"{PLAN_FILE}: monitoring.official",
            what="is missing, and the plan gives no market value",
            remedy="give official = FILE (date, assets, liabilities, known_at), or "
            "assets.market_value",
        )
    own = OfficialFigure(
        date=plan.settings.plan.valuation_date,
        assets=plan.market_value,
        liabilities=None,
        known_at=None,
        weights=plan.allocation,
    )
    return (own,), ()
