"""What a parser gives back, and the one interface that every provider of market data has."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from defease.errors import Caution
from defease.market.observations import Observations

SHOWN_DROPS = 5


@dataclass(frozen=True, slots=True)
class Dropped:
    """A row or cell that was left out: where it stands and why."""

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class FileReport:
    """What was understood of a publisher's file, what was left out and why.

    Attributes
    ----------
    source, sha256
        Name of the file, and the hash of its bytes.
    layout
        The publisher's layout in which it was read.
    understood
        Sentences: units, dates, columns, gaps that belong to the data.
    dropped
        Rows and cells left out.
    cautions
        What makes the data usable but worth a second look.
    """

    source: str
    sha256: str
    layout: str
    understood: tuple[str, ...]
    dropped: tuple[Dropped, ...] = ()
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True)
class Security:
    """Terms of a security as a price file states them; the coupon is a decimal rate."""

    cusip: str
    kind: str
    coupon: float
    maturity: dt.date
    call_date: dt.date | None = None


@dataclass(frozen=True, eq=False)
class Reading:
    """A parsed file: figures, the terms of securities where it states them, and the report."""

    observations: Observations
    report: FileReport
    securities: tuple[Security, ...] = ()


class Parser(Protocol):
    """A pure function from the bytes of a publisher's file to figures and a report."""

    def __call__(self, data: bytes, *, source: str, as_of: dt.date | None = None) -> Reading:
        """Read a file; `as_of` is needed only by files that do not say their own date."""


class Provider(Protocol):
    """A source of market data: its name, what it publishes, and how to read its file."""

    @property
    def name(self) -> str:
        """Short name, as typed on the command line."""

    @property
    def publishes(self) -> str:
        """What the figures are, in words."""

    @property
    def parse(self) -> Parser:
        """The pure reader of the publisher's layout."""
