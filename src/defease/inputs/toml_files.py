"""TOML files read safely: size and depth caps, the line of a mistake, all problems at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from defease.errors import InputError
from defease.inputs.overrides import with_overrides
from defease.inputs.refusing import refuse

if TYPE_CHECKING:
    from defease.inputs.schema.assumptions import AssumptionsFile
    from defease.inputs.schema.document import PlanFile

LARGEST_TOML = 2**20
_AT_LINE = re.compile(r" \(at line (\d+), column (\d+)\)")


def parse_toml(data: bytes, *, source: str) -> dict[str, Any]:
    """The document of a TOML file."""
    if len(data) > LARGEST_TOML:
        refuse(source, "is larger than 1 MiB", "keep data in CSV or XLSX files")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        refuse(
            f"{source}: line {line}", f"byte {error.start} is not UTF-8", "save the file as UTF-8"
        )
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        refuse(
            *_located(str(error), source), "correct the line; texts stand in quotes, dates do not"
        )
    except (ValueError, RecursionError):
        refuse(source, "holds a number or nesting beyond reason", "simplify the file")


def plan_settings(data: bytes, *, source: str, overrides: Iterable[str] = ()) -> PlanFile:
    """`plan.toml` with overrides, checked for form and for rules between sections."""
    return settings_of(with_overrides(parse_toml(data, source=source), overrides), source=source)


def settings_of(raw: Mapping[str, Any], *, source: str) -> PlanFile:
    """A parsed plan document, checked; all problems in one `InputError`."""
    from pydantic import ValidationError

    from defease.inputs.schema.cross_checks import cross_problems
    from defease.inputs.schema.document import PlanFile
    from defease.inputs.schema.translate import form_problems

    problems = cross_problems(raw, source=source)
    try:
        settings = PlanFile.model_validate(dict(raw))
    except ValidationError as error:
        raise InputError([*form_problems(error, PlanFile, raw, source=source), *problems]) from None
    if problems:
        raise InputError(problems)
    return settings


def assumptions_settings(data: bytes, *, source: str) -> AssumptionsFile:
    """`assumptions.toml`, checked."""
    from defease.inputs.schema.assumptions import AssumptionsFile
    from defease.inputs.schema.translate import validated

    return validated(AssumptionsFile, parse_toml(data, source=source), source=source)


def _located(message: str, source: str) -> tuple[str, str]:
    """Where a TOML mistake stands, and what it is."""
    match = _AT_LINE.search(message)
    place = f"{source}: line {match[1]}" if match else source
    return place, f"is not valid TOML: {_AT_LINE.sub('', message).rstrip('.')}"
