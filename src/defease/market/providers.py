"""The providers of market data that Defease can read, and where their files come from."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from defease.errors import bad_input, did_you_mean
from defease.market.eiopa import read_parameters, read_spot, read_weights
from defease.market.fedinvest import read_fedinvest
from defease.market.fred import read_fred
from defease.market.gsw import read_gsw
from defease.market.hqm import read_hqm
from defease.market.reading import Parser, Provider
from defease.market.segments import read_segments
from defease.market.treasury import read_par_yields, read_real_yields


@dataclass(frozen=True, slots=True)
class FileProvider:
    """A provider whose data come as files: name, content in words, reader."""

    name: str
    publishes: str
    parse: Parser


_ALL = (
    FileProvider("treasury_par", "Treasury daily par yields (CSV, XML)", read_par_yields),
    FileProvider("treasury_real", "Treasury daily real par yields (CSV, XML)", read_real_yields),
    FileProvider("fedinvest", "prices of all Treasury securities (CSV)", read_fedinvest),
    FileProvider("gsw", "Federal Reserve zero curve, Svensson parameters", read_gsw),
    FileProvider("hqm", "Treasury corporate (HQM) spot rates by month", read_hqm),
    FileProvider("irs_segments", "IRS monthly segment rates, typed as CSV", read_segments),
    FileProvider("fred_cpi", "consumer prices CPI-U by month (FRED)", read_fred),
    FileProvider("fred_par", "Treasury par yields since 1962 (FRED)", read_fred),
    FileProvider("eiopa_spot", "EIOPA risk-free spot rates (CSV)", read_spot),
    FileProvider("eiopa_parameters", "EIOPA Smith-Wilson parameters (CSV)", read_parameters),
    FileProvider("eiopa_weights", "EIOPA Smith-Wilson vectors Qb (CSV)", read_weights),
)
PROVIDERS: dict[str, Provider] = {provider.name: provider for provider in _ALL}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a provider's file is offered; `download` is empty when it is fetched by hand."""

    page: str
    download: str = ""

    def in_year(self, year: int) -> str:
        """The address of the file that holds a year."""
        return self.download.replace("{year}", f"{year:04d}")


@dataclass(frozen=True, slots=True)
class AddressBook:
    """The allow-list: hosts that may be asked at all, and the address of every provider."""

    hosts: frozenset[str]
    providers: dict[str, Address]


def provider_named(name: str) -> Provider:
    """The provider of a name; a mistyped one is answered with the nearest."""
    if name not in PROVIDERS:
        raise bad_input(
            where="market",
            what=f"'{name}' is no provider of market data",
            remedy=did_you_mean(name, PROVIDERS),
        )
    return PROVIDERS[name]


@cache
def address_book() -> AddressBook:
    """The publishers' addresses of addresses.toml, the only ones ever asked.

    Examples
    --------
    >>> sorted(address_book().hosts)
    ['fred.stlouisfed.org', 'home.treasury.gov', 'www.federalreserve.gov']
    """
    text = files("defease.market").joinpath("addresses.toml").read_text(encoding="utf-8")
    found = tomllib.loads(text)
    return AddressBook(
        frozenset(found["hosts"]),
        {
            name: Address(entry["page"], entry.get("address", ""))
            for name, entry in found["providers"].items()
        },
    )
