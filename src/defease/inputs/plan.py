"""A plan, read: settings checked, files turned into domain values, everything hashed and listed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from defease.cashflows import CashFlows, Timing
from defease.errors import Caution, InputError, Problem
from defease.inputs.bases import PlanBasis, read_basis
from defease.inputs.bond_curve import BondFit
from defease.inputs.bond_file import BondReading, read_holdings, read_universe
from defease.inputs.cash_flow_file import (
    CashFlowConventions,
    CashFlowReading,
    read_cash_flows,
)
from defease.inputs.files import PlanFolder, missing_file, read_bytes
from defease.inputs.holdings_file import CurrentHoldings, read_current_holdings
from defease.inputs.loss_table_file import read_loss_table
from defease.inputs.plan_checks import FilesRead, agreement_problems
from defease.inputs.plan_files import PLAN_FILE, PlanFiles
from defease.inputs.refusing import refuse
from defease.inputs.tables import Table
from defease.inputs.toml_files import assumptions_settings, plan_settings

if TYPE_CHECKING:
    from defease.inputs.schema.assumptions import AssumptionsFile
    from defease.inputs.schema.discounting import BasisSection
    from defease.inputs.schema.document import PlanFile
    from defease.matching.haircut import LossTable

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Understood:
    """One line of `defease check`: a topic and what was understood of it."""

    topic: str
    statement: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Plan:
    """Everything a plan folder says, as values the core computes with.

    Attributes
    ----------
    settings
        The checked `plan.toml`, with overrides.
    valuation_date
        The day everything is valued at (`--as-of` when given).
    cash_flows, timing, first_year
        Dated benefits, expenses and contributions; when within their years they are paid; the label
        of the first year ahead.
    current_contributions
        Those of and for current members only; None where the file does not tell them apart.
    bases
        In the order of the file; a GASB basis is two rates until the plan's projection is known.
    universe, holdings
        Bonds that may be bought, bonds held; None when the plan names no such file.
    allocation
        Weight by asset class.
    market_value
        Of the assets, from [assets] or from the holdings; None when the plan does not say.
    assumptions
        The checked `assumptions.toml`; None when the plan names none.
    cautions
        Defaults, exclusions and guesses of the reading.
    inputs
        SHA-256 of every file read, by its name in the plan.
    understood
        What `defease check` prints.
    fits
        The curves fitted to bond prices, by the name of their basis.
    matching_holdings
        Bonds held before matching, beside the universe; None when [matching] names no such file.
    loss_table
        Default probabilities of `haircut_table`; None when [matching] names no such file.
    """

    settings: PlanFile
    folder: Path
    valuation_date: dt.date
    cash_flows: CashFlows
    current_contributions: CashFlows | None
    timing: Timing
    first_year: int
    bases: tuple[PlanBasis, ...]
    universe: BondReading | None
    matching_holdings: CurrentHoldings | None
    holdings: BondReading | None
    allocation: Mapping[str, float]
    market_value: float | None
    assumptions: AssumptionsFile | None
    cautions: tuple[Caution, ...]
    inputs: Mapping[str, str]
    understood: tuple[Understood, ...]
    fits: Mapping[str, BondFit] = field(default_factory=dict)
    loss_table: LossTable | None = None

    @property
    def name(self) -> str:
        """The plan's name."""
        return self.settings.plan.name

    @property
    def headline_basis(self) -> str:
        """Name of the basis that leads the report: as stated, else the first; "" without bases."""
        return self.settings.plan.headline_basis or (self.bases[0].name if self.bases else "")

    @property
    def risk_free_basis(self) -> str:
        """Name of the basis for time value and decisions: as stated, else the headline."""
        return self.settings.plan.risk_free_basis or self.headline_basis

    @property
    def assumed_return(self) -> float | None:
        """The assumed return, from wherever the plan states it; None when it does not."""
        return assumed_return_of(self.settings)

    def basis(self, name: str) -> PlanBasis:
        """The basis of a name."""
        return next(basis for basis in self.bases if basis.name == name)


def read_plan(
    folder_or_file: str | Path, *, overrides: Iterable[str] = (), as_of: dt.date | None = None
) -> Plan:
    """Read a plan folder (or its `plan.toml`); every problem of every file in one `InputError`."""
    path = _plan_path(Path(folder_or_file))
    data = read_bytes(path, where=str(folder_or_file), name=path.name)
    settings = plan_settings(data, source=path.name, overrides=overrides)
    files = PlanFiles(PlanFolder(path.parent), settings)
    reading = _Reading(files, as_of or settings.plan.valuation_date)
    files.inputs[path.name] = hashlib.sha256(data).hexdigest()
    return reading.plan()


def assumed_return_of(settings: PlanFile) -> float | None:
    """`exhaustion.assumed_return`, else the rate of a gasb basis or of a flat one of that name."""
    if settings.exhaustion.assumed_return is not None:
        return settings.exhaustion.assumed_return
    for basis in settings.discounting:
        is_source = basis.method == "gasb" or basis.name == "assumed_return"
        if is_source and basis.rate is not None:
            return basis.rate
    return None


def _plan_path(given: Path) -> Path:
    path = given / PLAN_FILE if given.is_dir() else given
    if path.is_file():
        return path
    if given.is_dir():
        refuse(
            str(given),
            f"holds no {PLAN_FILE}",
            "name a plan's folder, or start with `defease init`",
        )
    raise missing_file(given, given.name, str(given))


@dataclass(eq=False)
class _Reading:
    """Reads the files one after the other and keeps what they say, and what is wrong with them."""

    files: PlanFiles
    as_of: dt.date
    problems: list[Problem] = field(default_factory=list)
    cautions: list[Caution] = field(default_factory=list)
    understood: list[Understood] = field(default_factory=list)
    fits: dict[str, BondFit] = field(default_factory=dict)

    @property
    def settings(self) -> PlanFile:
        """The checked plan file."""
        return self.files.settings

    def plan(self) -> Plan:
        """The whole plan, or all problems."""
        flows = self.tried(self.cash_flows)
        bases = [self.tried(partial(self.basis, basis)) for basis in self.settings.discounting]
        universe = self.tried(self.universe)
        holdings = self.tried(self.asset_holdings)
        held = self.tried(lambda: self.matching_holdings(universe))
        losses = self.tried(self.loss_table)
        assumptions = self.tried(self.assumptions)
        read = FilesRead(
            flows.flows if flows else None, assumptions, universe.bonds if universe else None
        )
        self.problems += agreement_problems(self.settings, read, source=PLAN_FILE)
        if self.problems or flows is None:
            raise InputError(_distinct(self.problems))
        assets = self.settings.assets
        return Plan(
            settings=self.settings,
            folder=self.files.folder.root,
            valuation_date=self.as_of,
            cash_flows=flows.flows,
            current_contributions=flows.current_members,
            timing=flows.timing,
            first_year=flows.first_year,
            bases=tuple(basis for basis in bases if basis is not None),
            universe=universe,
            holdings=holdings,
            matching_holdings=held,
            allocation=MappingProxyType({a.asset_class: a.weight for a in assets.allocation}),
            market_value=holdings.market_value if holdings else assets.market_value,
            assumptions=assumptions,
            cautions=tuple(dict.fromkeys(self.cautions)),
            inputs=MappingProxyType(dict(sorted(self.files.inputs.items()))),
            understood=tuple(self.understood),
            fits=MappingProxyType(self.fits),
            loss_table=losses,
        )

    def tried(self, read: Callable[[], Read]) -> Read | None:
        """What a file says; its problems are kept and None returned when it cannot be read."""
        try:
            return read()
        except InputError as error:
            self.problems.extend(error.problems)
            return None

    def cash_flows(self) -> CashFlowReading:
        """The file of [liabilities]."""
        plan, given = self.settings.plan, self.settings.liabilities
        conventions = CashFlowConventions(
            valuation_date=plan.valuation_date,
            year_end=plan.year_end or plan.valuation_date.strftime("%m-%d"),
            timing=Timing(given.timing) if given.timing else None,
            unit=given.unit,
            currency=plan.currency,
            as_of=self.as_of,
        )
        table = self.table(given.file, "liabilities.file", sheet=given.sheet)
        reading = read_cash_flows(table, conventions)
        self.note(given.file, reading.understood, reading.cautions)
        return reading

    def basis(self, section: BasisSection) -> PlanBasis:
        """One [[discounting]] section."""
        reading = read_basis(
            section,
            assumed_return=assumed_return_of(self.settings),
            valuation_date=self.as_of,
            currency=self.settings.plan.currency,
            table_of=lambda name, key: self.table(name, f"discounting.{section.name}.{key}"),
        )
        self.note(f"basis {section.name}", reading.understood, reading.cautions)
        if reading.fit is not None:
            self.fits[section.name] = reading.fit
        return reading.basis

    def universe(self) -> BondReading | None:
        """The bonds of [matching] that may be bought."""
        matching = self.settings.matching
        return self.bonds(
            matching.universe if matching else None, "matching.universe", read_universe
        )

    def matching_holdings(self, universe: BondReading | None) -> CurrentHoldings | None:
        """The bonds of [matching] that are held; only a universe tells what they are."""
        matching = self.settings.matching
        if matching is None or matching.holdings is None or universe is None:
            return None
        table = self.table(matching.holdings, "matching.holdings")
        currency = self.settings.plan.currency
        reading = read_current_holdings(table, universe=universe, currency=currency)
        self.note(matching.holdings, reading.understood, reading.cautions)
        return reading

    def loss_table(self) -> LossTable | None:
        """The default probabilities of [matching]."""
        name = self.settings.matching.haircut_table if self.settings.matching else None
        if name is None:
            return None
        table = self.table(name, "matching.haircut_table")
        reading = read_loss_table(table, as_of=self.settings.plan.valuation_date)
        self.note(name, reading.understood, reading.cautions)
        return reading.losses

    def asset_holdings(self) -> BondReading | None:
        """The bonds of [assets]."""
        return self.bonds(self.settings.assets.holdings, "assets.holdings", read_holdings)

    def bonds(
        self, name: str | None, key: str, read: Callable[..., BondReading]
    ) -> BondReading | None:
        """A bond file, settled at the valuation date unless the file says otherwise."""
        if name is None:
            return None
        table = self.table(name, key)
        reading = read(table, settlement=self.as_of, currency=self.settings.plan.currency)
        self.note(name, reading.understood, reading.cautions)
        return reading

    def assumptions(self) -> AssumptionsFile | None:
        """The file of [assumptions]."""
        if self.settings.assumptions is None:
            return None
        name = self.settings.assumptions.file
        data = self.files.read(name, "assumptions.file")
        found = assumptions_settings(data, source=name)
        self.note(
            name, f"{len(found.asset_class)} asset classes, risk-free {100 * found.risk_free:g}%"
        )
        return found

    def table(self, name: str, key: str, *, sheet: str | None = None) -> Table:
        """A file of the plan as a table, in the form that [files] declares."""
        return self.files.table(name, key, sheet=sheet)

    def note(self, topic: str, statement: str, cautions: Iterable[Caution] = ()) -> None:
        """Keep a line for `check` and the cautions of a file."""
        self.understood.append(Understood(topic, statement))
        self.cautions.extend(cautions)


def _distinct(problems: list[Problem]) -> list[Problem]:
    """Problems in their order, each once: two bases may name the same broken file."""
    return list(dict.fromkeys(problems))
