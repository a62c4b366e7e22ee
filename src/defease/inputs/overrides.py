"""`--set matching.years=15`: one key of the plan replaced before it is checked."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from defease.errors import did_you_mean
from defease.inputs.refusing import refuse


def with_overrides(raw: Mapping[str, Any], overrides: Iterable[str]) -> dict[str, Any]:
    """A copy of the parsed document with every KEY=VALUE applied.

    Keys are dotted; an item of a list is named by its position or by its `name`.  Values are read
    as TOML (15, 0.05, true, [1, 2], 2025-12-31), and as text when they are not TOML.

    Examples
    --------
    >>> raw = {"discounting": [{"name": "treasury", "rate": 0.04}]}
    >>> with_overrides(raw, ["discounting.treasury.rate=0.05", "matching.years=15"])
    {'discounting': [{'name': 'treasury', 'rate': 0.05}], 'matching': {'years': 15}}
    """
    changed: dict[str, Any] = copy.deepcopy(dict(raw))
    for override in overrides:
        key, equals, text = override.partition("=")
        parts = [part.strip() for part in key.split(".")]
        if not equals or not all(parts):
            refuse(
                f"--set {override}",
                "is not KEY=VALUE",
                "write, for example, --set matching.years=15",
            )
        _place(changed, parts, toml_value(text.strip()), where=f"--set {key.strip()}")
    return changed


def toml_value(text: str) -> object:
    """A value as TOML reads it, else the text itself.

    Examples
    --------
    >>> toml_value("0.05"), toml_value("gross"), toml_value("[1, 2]")
    (0.05, 'gross', [1, 2])
    """
    if "\n" in text or "\r" in text:
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        return text


def _place(document: dict[str, Any], parts: list[str], value: object, *, where: str) -> None:
    node: Any = document
    for part in parts[:-1]:
        node = _step(node, part, where)
    last = parts[-1]
    if isinstance(node, list):
        node[_position(node, last, where)] = value
    elif isinstance(node, dict):
        node[last] = value
    else:
        refuse(where, f"{'.'.join(parts[:-1])} holds a value, not a section", "check the key")


def _step(node: Any, part: str, where: str) -> Any:
    if isinstance(node, list):
        return node[_position(node, part, where)]
    if isinstance(node, dict):
        return node.setdefault(part, {})
    return refuse(where, f"{part!r} lies below a value, not a section", "check the key")


def _position(items: list[Any], part: str, where: str) -> int:
    if part.isascii() and part.isdigit() and int(part[:9]) < len(items):
        return int(part)
    names = [str(item.get("name", "")) if isinstance(item, Mapping) else "" for item in items]
    if part in names:
        return names.index(part)
    known = [name for name in names if name] or [str(i) for i in range(len(items))]
    return refuse(where, f"there is no item {part!r} in the list", did_you_mean(part, known))
