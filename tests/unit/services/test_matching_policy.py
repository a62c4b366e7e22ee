"""[matching] of a plan: what the matching room finds wrong is named as the plan's."""

from __future__ import annotations

import re

import pytest

from defease.errors import InputError
from defease.inputs.schema.matching import MatchingSection
from defease.services.matching.policy import policy_of


@pytest.mark.parametrize(
    ("key", "value"), [("reinvestment_rate", -1.5), ("borrowing_cap", -1.0), ("cash_cap_months", 0)]
)
def test_a_bad_number_is_named_as_the_plans(key: str, value: float) -> None:
    given = MatchingSection.model_construct(**{**MatchingSection().model_dump(), key: value})
    with pytest.raises(InputError, match=re.escape(f"plan.toml: matching.{key}: ")):
        policy_of(given)
