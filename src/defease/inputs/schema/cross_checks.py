"""Rules between sections, checked on the raw document and so reported with all other problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from defease.errors import Problem, did_you_mean
from defease.inputs.numbers import Number, scan_number
from defease.inputs.schema.discounting import ASSUMED_RETURN

_BASIS_KEYS = (
    ("plan", "headline_basis"),
    ("plan", "risk_free_basis"),
    ("matching", "savings_basis"),
    ("matching", "terminal_curve"),
)


def cross_problems(raw: Mapping[str, Any], *, source: str) -> list[Problem]:
    """Duplicate and unknown basis names, two sources of assets, conflicting assumed returns."""
    problems = [
        *_duplicate_names(raw),
        *_unknown_bases(raw),
        *_assets(raw),
        *_assumed_returns(raw),
    ]
    return [Problem(f"{source}: {p.where}", p.what, p.remedy) for p in problems]


def section(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A section of the document, empty when it is missing or not a table."""
    found = raw.get(name)
    return found if isinstance(found, Mapping) else {}


def bases(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The [[discounting]] tables of the document."""
    found = raw.get("discounting")
    return [b for b in found if isinstance(b, Mapping)] if isinstance(found, list) else []


def _duplicate_names(raw: Mapping[str, Any]) -> Iterator[Problem]:
    names = [b.get("name") for b in bases(raw)]
    scenarios = section(raw, "stress").get("scenario")
    stress = (
        [s.get("name") for s in scenarios if isinstance(s, Mapping)]
        if isinstance(scenarios, list)
        else []
    )
    for where, given in (("discounting", names), ("stress.scenario", stress)):
        for name in sorted({n for n in given if isinstance(n, str) and given.count(n) > 1}):
            yield Problem(where, f"the name {name!r} is used twice", "give each its own name")


def _unknown_bases(raw: Mapping[str, Any]) -> Iterator[Problem]:
    names = [str(b["name"]) for b in bases(raw) if "name" in b]
    limits = section(section(raw, "matching"), "limits")
    given_names = [(f"{part}.{key}", section(raw, part).get(key)) for part, key in _BASIS_KEYS]
    given_names.append(("matching.limits.key_rate_curve", limits.get("key_rate_curve")))
    for where, given in given_names:
        if isinstance(given, str) and given not in names:
            remedy = did_you_mean(given, names) if names else "add a [[discounting]] section"
            yield Problem(where, f"there is no basis named {given!r}", remedy)


def _assets(raw: Mapping[str, Any]) -> Iterator[Problem]:
    assets = section(raw, "assets")
    if "market_value" in assets and "holdings" in assets:
        yield Problem(
            "assets",
            "gives both market_value and holdings",
            "keep one: holdings give their own value",
        )


def _decimal(value: Any) -> Any:
    """A rate written as text ("7%") as the number it stands for; anything else as it is."""
    scanned = scan_number(value) if isinstance(value, str) else value
    return scanned.as_decimal if isinstance(scanned, Number) else value


def _assumed_returns(raw: Mapping[str, Any]) -> Iterator[Problem]:
    stated = section(raw, "exhaustion").get("assumed_return")
    for basis in bases(raw):
        takes_it = basis.get("method") == "gasb" or (
            basis.get("method") == "flat" and basis.get("name") == ASSUMED_RETURN
        )
        rate = basis.get("rate")
        if not takes_it:
            continue
        where = f"discounting.{basis.get('name', '')}.rate"
        if rate is None and stated is None:
            yield Problem(
                where, "is missing, and exhaustion.assumed_return is not given", "give one of them"
            )
        elif rate is not None and stated is not None and _decimal(rate) != _decimal(stated):
            yield Problem(
                where,
                f"{rate} differs from exhaustion.assumed_return = {stated}",
                "state the assumed return once",
            )
