"""JSON Schemas of the files a user writes, for editors and for `defease schema`."""

from __future__ import annotations

from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def plan_schema() -> dict[str, Any]:
    """The JSON Schema of `plan.toml`."""
    from defease.inputs.schema.document import PlanFile

    return {"$schema": DIALECT, **PlanFile.model_json_schema(), "title": "plan.toml"}


def assumptions_schema() -> dict[str, Any]:
    """The JSON Schema of `assumptions.toml`."""
    from defease.inputs.schema.assumptions import AssumptionsFile

    return {"$schema": DIALECT, **AssumptionsFile.model_json_schema(), "title": "assumptions.toml"}
