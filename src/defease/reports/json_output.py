"""Canonical JSON: full precision, ISO dates, null for missing, same results same bytes."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from defease.reports.values import internal_error

if TYPE_CHECKING:
    from defease.reports.document import Document


def canonical_json(value: object) -> str:
    """JSON text with two blanks of indentation, keys in the order given, and a newline at the end.

    Dates become ISO text, enums their value, arrays and tuples lists, minus zero zero.  NaN and
    infinity are refused as an internal error that names the key.

    Examples
    --------
    >>> print(canonical_json({"as_of": dt.date(2025, 12, 31), "yield": None}), end="")
    {
      "as_of": "2025-12-31",
      "yield": null
    }
    """
    ready = json_value(value, where="result")
    return json.dumps(ready, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def json_value(value: object, *, where: str) -> Any:
    """The same value made of dictionaries, lists, finite numbers, text, true, false and null."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return _finite(float(value), where)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Enum):
        return json_value(value.value, where=where)
    if isinstance(value, Mapping):
        return {_key(k, where): json_value(v, where=f"{where}.{k}") for k, v in value.items()}
    return _listed(value, where)


def document_value(document: Document) -> dict[str, Any]:
    """A document as data, each block with its kind, for programs that draw it themselves."""
    found = _record(document, where="document")
    return {"schema": "defease/document/1", **found}


def _listed(value: object, where: str) -> Any:
    if isinstance(value, list | tuple):
        return [json_value(item, where=f"{where}[{i}]") for i, item in enumerate(value)]
    unwrap = getattr(value, "tolist", None)
    if unwrap is None:
        raise internal_error(where, f"holds a {type(value).__name__}, which JSON cannot show")
    return json_value(unwrap(), where=where)


def _finite(value: float, where: str) -> float:
    if not math.isfinite(value):
        raise internal_error(where, f"is not a finite number ({value})")
    return value + 0.0


def _key(key: object, where: str) -> str:
    if isinstance(key, dt.date):
        return key.isoformat()
    if isinstance(key, bool) or not isinstance(key, str | int):
        raise internal_error(where, f"has a {type(key).__name__} as a key")
    return str(key)


def _record(value: object, *, where: str) -> Any:
    """Frozen values as dictionaries, with `kind` first where the kind of a block matters."""
    if isinstance(value, tuple):
        return [_record(item, where=f"{where}[{i}]") for i, item in enumerate(value)]
    if not is_dataclass(value) or isinstance(value, type):
        return json_value(value, where=where)
    body = {
        f.name: _record(getattr(value, f.name), where=f"{where}.{f.name}") for f in fields(value)
    }
    return {"kind": type(value).__name__, **body}
