"""From pydantic's findings to our problems: the key, what is wrong in plain words, the remedy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from defease.errors import InputError, Problem, did_you_mean
from defease.inputs.schema.base import OWN_ERROR, Section

Model = TypeVar("Model", bound=Section)
Location = Sequence[str | int]

_PLAIN_WORDS = {
    "missing": ("is required", "add the key"),
    "string_type": ("must be a text", 'write it in quotes: "..."'),
    "bool_type": ("must be true or false", "write true or false without quotes"),
    "date_type": ("must be a date", "write it without quotes as 2025-12-31"),
    "list_type": ("must be a list", "write [...], or repeat [[...]] sections"),
    "dict_type": ("must be a table of keys", "write { key = value }"),
    "model_type": ("must be a section of keys", "write it as a [section]"),
    "int_type": ("must be a whole number", "write digits without quotes or decimals"),
    "int_from_float": ("must be a whole number", "remove the decimals"),
    "float_type": ("must be a number", "write a number without quotes"),
    "finite_number": ("must be a finite number", "write a finite number"),
}


def validated(model: type[Model], raw: Mapping[str, Any], *, source: str) -> Model:
    """A parsed TOML document checked against a model; all problems in one `InputError`."""
    try:
        return model.model_validate(dict(raw))
    except ValidationError as error:
        problems = form_problems(error, model, raw, source=source)
    raise InputError(problems)


def form_problems(
    error: ValidationError, model: type[Section], raw: Mapping[str, Any], *, source: str
) -> list[Problem]:
    """Pydantic's findings as problems, one a place.

    Of a union's complaints the deepest place counts, and there the first: what is wrong with one
    entry of a table says more than that a number was expected instead.
    """
    found: dict[str, Problem] = {}
    for item in error.errors(include_url=False, include_input=True):
        keys = _existing_keys(item["loc"], raw, missing=item["type"] == "missing")
        where = f"{source}: {dotted(keys, raw)}"
        what, remedy = _words(item, keys, model)
        found.setdefault(where, Problem(where, what, remedy))
        # Our own sentence about a value says more than "must be a list".
        if item["type"] == OWN_ERROR:
            found[where] = Problem(where, what, remedy)
    return [
        problem
        for where, problem in found.items()
        if not any(deeper.startswith(f"{where}.") for deeper in found)
    ]


def dotted(keys: Location, raw: Mapping[str, Any]) -> str:
    """A key's path as `--set` takes it; items of lists by their name where they have one.

    Examples
    --------
    >>> dotted(["discounting", 0, "rate"], {"discounting": [{"name": "treasury"}]})
    'discounting.treasury.rate'
    """
    node: Any = raw
    spelled: list[str] = []
    for key in keys:
        node = _child(node, key)
        name = node.get("name") if isinstance(key, int) and isinstance(node, Mapping) else None
        spelled.append(name if isinstance(name, str) and name else str(key))
    return ".".join(spelled)


def _words(item: Any, keys: Location, model: type[Section]) -> tuple[str, str]:
    kind = item["type"]
    if kind == OWN_ERROR:
        return item["ctx"]["what"], item["ctx"]["remedy"]
    if kind == "extra_forbidden":
        return "is not a known key", did_you_mean(str(keys[-1]), _keys_at(model, keys[:-1]))
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", item["ctx"]["expected"])
        return _choice(item["input"], allowed)
    what, remedy = _PLAIN_WORDS.get(
        kind, ("has a value that is not understood", "see `defease schema`")
    )
    if kind == "missing":
        return what, remedy
    return f"{what}, got {_shown(item['input'])}", remedy


def _choice(value: object, allowed: list[str]) -> tuple[str, str]:
    listed = ", ".join(f'"{choice}"' for choice in allowed)
    hint = did_you_mean(value, allowed) if isinstance(value, str) else ""
    remedy = hint if hint.startswith("did") else f"write one of {listed}"
    return f"{_shown(value)} is not one of {listed}", remedy


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _child(node: Any, key: str | int) -> Any:
    if isinstance(node, Mapping):
        return node.get(str(key)) if isinstance(key, str) else None
    if isinstance(node, list) and isinstance(key, int) and 0 <= key < len(node):
        return node[key]
    return None


def _existing_keys(location: Location, raw: Mapping[str, Any], *, missing: bool) -> list[str | int]:
    """The location without pydantic's own markers (names of union branches).

    Every part must exist in the document, but for the last one of a missing key.
    """
    keys: list[str | int] = []
    node: Any = raw
    for position, key in enumerate(location):
        child = _child(node, key)
        is_last = position == len(location) - 1
        if child is None and not (missing and is_last and isinstance(node, Mapping)):
            continue
        keys.append(key)
        node = child
    return keys


def _keys_at(model: type[BaseModel], keys: Location) -> list[str]:
    """Known keys of the section a location leads to."""
    here: type[BaseModel] | None = model
    for key in keys:
        if isinstance(key, int) or here is None or key not in here.model_fields:
            continue
        here = _section_in(here.model_fields[key].annotation) or here
    return list(here.model_fields) if here else []


def _section_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        if found := _section_in(inner):
            return found
    return None
