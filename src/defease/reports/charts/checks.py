"""A specification is checked first: a misspelled field or a NaN draws an empty chart in silence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from defease.reports.values import internal_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from defease.reports.document import Spec

_PLAIN = (str, int, float, bool, type(None))


def checked_spec(spec: Spec) -> Spec:
    """The same specification, when its data hold every encoded field and finite numbers only."""
    for path, value in _leaves(spec, "chart"):
        if type(value) not in _PLAIN:
            raise internal_error(path, f"holds a {type(value).__name__} instead of a plain value")
        if isinstance(value, float) and not math.isfinite(value):
            raise internal_error(path, f"is not a finite number ({value})")
    _check_fields(spec, frozenset(), "chart")
    return spec


def _leaves(node: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, f"{path}.{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _leaves(value, f"{path}[{index}]")
    else:
        yield path, node


def _check_fields(view: Mapping[str, Any], inherited: frozenset[str], path: str) -> None:
    known = _fields_of(view, inherited, path)
    for field, where in _encoded(view.get("encoding", {}), f"{path}.encoding"):
        if field not in known:
            raise internal_error(where, f"uses the field '{field}', which its data do not hold")
    for index, layer in enumerate(view.get("layer", [])):
        _check_fields(layer, known, f"{path}.layer[{index}]")


def _fields_of(view: Mapping[str, Any], inherited: frozenset[str], path: str) -> frozenset[str]:
    """The fields that every row of the view's own data holds, else those it inherits."""
    if "data" not in view:
        return inherited
    rows = view["data"].get("values", [])
    if not rows:
        where = f"{path}.data"
        raise internal_error(where, "has no rows")
    return frozenset.intersection(*(frozenset(row) for row in rows))


def _encoded(node: object, path: str) -> Iterator[tuple[str, str]]:
    """Every field named below an encoding, conditions included, and where."""
    if isinstance(node, list):
        for index, value in enumerate(node):
            yield from _encoded(value, f"{path}[{index}]")
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "field" and isinstance(value, str):
                yield value, path
            else:
                yield from _encoded(value, f"{path}.{key}")
