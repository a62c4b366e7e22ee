import pytest

from defease.funding import (
    AnnualFlows,
    CountedContributions,
    ExhaustionPolicy,
    required_return,
)
from defease.funding.study import study_exhaustion

FLOWS = AnnualFlows.from_columns(
    benefits=[10.0] * 10, contributions=[3.0] * 10, contributions_current_members=[1.0] * 10
)


def test_each_variant_counts_its_own_contributions() -> None:
    study = study_exhaustion(FLOWS, opening_assets=60, assumed_return=0.07, municipal_rate=0.04)
    for found, counted in (
        (study.required, CountedContributions.ALL),
        (study.required_gross, CountedContributions.NONE),
        (study.required_current_members, CountedContributions.CURRENT_MEMBERS),
    ):
        alone = required_return(
            FLOWS, opening_assets=60, policy=ExhaustionPolicy(contributions=counted)
        )
        assert found is not None
        assert found.rate == alone.rate
    assert study.terminal_returns == pytest.approx((study.required.rate,), abs=1e-10)


def test_without_a_municipal_rate_a_shortfall_leaves_the_single_rate_open() -> None:
    study = study_exhaustion(FLOWS, opening_assets=20, assumed_return=0.07, municipal_rate=None)
    assert study.projection.exhausted
    assert study.single_rate is None
    assert study.sensitivities == ()
    rich = study_exhaustion(FLOWS, opening_assets=99, assumed_return=0.07, municipal_rate=None)
    assert rich.single_rate is not None
    assert rich.single_rate.rate == 0.07
