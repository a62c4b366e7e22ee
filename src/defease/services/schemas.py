"""The JSON Schemas of the files a user writes."""

from __future__ import annotations

from defease.errors import bad_input, did_you_mean
from defease.inputs.json_schema import assumptions_schema, plan_schema
from defease.reports.json_output import canonical_json

SCHEMAS = {"plan": plan_schema, "assumptions": assumptions_schema}


def schema_text(name: str = "plan") -> str:
    """The JSON Schema of `plan.toml` or of `assumptions.toml`, as text."""
    if name not in SCHEMAS:
        raise bad_input(
            where="schema", what=f"'{name}' has no schema", remedy=did_you_mean(name, SCHEMAS)
        )
    return canonical_json(SCHEMAS[name]())
