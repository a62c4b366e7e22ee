import math

import numpy as np
import pytest

from defease.cashflows import Timing, YearTable
from defease.errors import InputError, ModelError
from defease.funding import (
    AfterShortfall,
    AnnualFlows,
    CountedContributions,
    ExhaustedAssets,
    ExhaustionPolicy,
    FundedStatus,
    OutflowTested,
    ReturnStatus,
    ShortfallYear,
    Sufficiency,
    compare_policies,
    project_assets,
    required_return,
    single_discount_rate,
    single_rate_sensitivities,
)

END = ExhaustionPolicy(timing=Timing.END_OF_YEAR)


def flows_of(net: list[float]) -> AnnualFlows:
    amounts = np.array(net, dtype=float)
    return AnnualFlows.from_columns(
        benefits=np.maximum(amounts, 0.0), contributions=np.maximum(-amounts, 0.0)
    )


class TestProjection:
    @pytest.mark.parametrize(
        ("timing", "exponent"),
        [(Timing.START_OF_YEAR, 1.0), (Timing.MID_YEAR, 0.5), (Timing.END_OF_YEAR, 0.0)],
    )
    def test_one_year(self, timing: Timing, exponent: float) -> None:
        path = project_assets(
            flows_of([30.0]),
            opening_assets=100.0,
            annual_return=0.07,
            policy=ExhaustionPolicy(timing=timing),
        )
        assert path.closing[0] == pytest.approx(107.0 - 30.0 * 1.07**exponent, rel=1e-15)

    def test_monthly_is_twelve_mid_month_payments(self) -> None:
        path = project_assets(
            flows_of([30.0]),
            opening_assets=100.0,
            annual_return=0.07,
            policy=ExhaustionPolicy(timing=Timing.MONTHLY),
        )
        assets = 100.0
        for _ in range(12):
            assets = (assets * 1.07 ** (1 / 24) - 2.5) * 1.07 ** (1 / 24)
        assert path.closing[0] == pytest.approx(assets, rel=1e-14)

    def test_insufficient_and_exhausted_are_different_years(self) -> None:
        # Opening 9.9 does not cover 10, yet mid-year earnings carry the year.
        path = project_assets(flows_of([10.0, 10.0]), opening_assets=9.9, annual_return=0.1)
        assert path.first_insufficient_year == 1
        assert path.exhaustion_year == 2

    def test_floor_and_debt(self) -> None:
        flows = flows_of([10.0, -5.0])
        floored = project_assets(flows, opening_assets=4.0, annual_return=0.0)
        assert floored.closing.tolist() == [0.0, 5.0]
        assert floored.unpaid.tolist() == [6.0, 0.0]
        debt = ExhaustionPolicy(exhausted_assets=ExhaustedAssets.CARRY_NEGATIVE)
        carried = project_assets(flows, opening_assets=4.0, annual_return=0.0, policy=debt)
        assert carried.closing.tolist() == [-6.0, -1.0]
        assert carried.exhaustion_year == floored.exhaustion_year == 1

    def test_assets_re_emerge_per_period_or_never(self) -> None:
        flows = AnnualFlows.from_columns(benefits=[10, 1, 1], contributions=[0, 20, 0])
        again = project_assets(flows, opening_assets=5, annual_return=0.0)
        assert again.funded.tolist() == [False, False, True]
        once = ExhaustionPolicy(after_shortfall=AfterShortfall.ONCE_FAILED)
        never = project_assets(flows, opening_assets=5, annual_return=0.0, policy=once)
        assert never.funded.tolist() == [False, False, False]

    def test_equality_decides_exact_cases(self) -> None:
        flows = flows_of([10.0])
        at_least = project_assets(flows, opening_assets=10.0, annual_return=0.0)
        strict = ExhaustionPolicy(sufficiency=Sufficiency.OPENING_EXCEEDS)
        exceeds = project_assets(flows, opening_assets=10.0, annual_return=0.0, policy=strict)
        assert at_least.first_insufficient_year is None
        assert exceeds.first_insufficient_year == 1

    def test_a_year_without_payments_needs_nothing(self) -> None:
        strict = ExhaustionPolicy(sufficiency=Sufficiency.OPENING_EXCEEDS)
        path = project_assets(
            flows_of([0.0, -1.0]), opening_assets=0, annual_return=0, policy=strict
        )
        assert path.first_insufficient_year is None

    def test_expenses_may_be_tested_too(self) -> None:
        flows = AnnualFlows.from_columns(benefits=[10], expenses=[1])
        both = ExhaustionPolicy(tested_outflow=OutflowTested.BENEFITS_AND_EXPENSES)
        assert project_assets(flows, opening_assets=10.5, annual_return=0).funded[0]
        assert not project_assets(flows, opening_assets=10.5, annual_return=0, policy=both).funded[
            0
        ]

    def test_horizon_cuts_and_extends(self) -> None:
        flows = AnnualFlows.from_columns(benefits=[1, 1, 0, 0], labels=[2026, 2027, 2028, 2029])
        assert project_assets(flows, opening_assets=9, annual_return=0).labels.tolist() == [
            2026,
            2027,
        ]
        six = ExhaustionPolicy(horizon=6)
        path = project_assets(flows, opening_assets=9, annual_return=0.1, policy=six)
        assert path.labels.tolist() == [2026, 2027, 2028, 2029, 2030, 2031]
        assert path.closing[5] == pytest.approx(path.closing[3] * 1.21)
        one = ExhaustionPolicy(horizon=1)
        assert len(project_assets(flows, opening_assets=9, annual_return=0, policy=one)) == 1

    def test_an_overflow_is_an_answer_in_words(self) -> None:
        with pytest.raises(ModelError, match="1e308"):
            project_assets(flows_of([1.0] * 400), opening_assets=1e9, annual_return=9.0)

    @pytest.mark.parametrize(("assets", "rate"), [(-1.0, 0.07), (math.nan, 0.07), (1.0, -1.0)])
    def test_inputs_are_checked(self, assets: float, rate: float) -> None:
        with pytest.raises(InputError):
            project_assets(flows_of([1.0]), opening_assets=assets, annual_return=rate)


class TestAnnualFlows:
    def test_year_table_with_a_gap(self) -> None:
        years = np.array([2026, 2029])
        table = YearTable(years, np.array([1.0, 2.0]), np.zeros(2), np.array([0.5, 0.0]))
        flows = AnnualFlows.from_year_table(table)
        assert flows.labels.tolist() == [2026, 2027, 2028, 2029]
        assert flows.net.tolist() == [0.5, 0.0, 0.0, 2.0]

    def test_columns_of_unequal_length_are_refused(self) -> None:
        with pytest.raises(InputError, match="expenses"):
            AnnualFlows.from_columns(benefits=[1, 2], expenses=[1])

    def test_negative_benefits_are_refused_by_year(self) -> None:
        with pytest.raises(InputError, match="2027"):
            AnnualFlows.from_columns(benefits=[1, -2], labels=[2026, 2027])

    def test_no_years_are_refused(self) -> None:
        with pytest.raises(InputError, match="no years"):
            AnnualFlows.from_columns(benefits=[])

    def test_current_members_must_be_given(self) -> None:
        with pytest.raises(InputError, match="contributions_current_members"):
            flows_of([1.0]).counting(CountedContributions.CURRENT_MEMBERS)

    def test_dated_flows_need_a_yearly_timing(self) -> None:
        with pytest.raises(InputError, match="monthly"):
            ExhaustionPolicy(timing=Timing.DATED)

    def test_a_horizon_of_nothing_is_refused(self) -> None:
        with pytest.raises(InputError, match="horizon"):
            ExhaustionPolicy(horizon=0)


class TestRequiredReturn:
    def test_negative_returns_are_not_clipped(self) -> None:
        found = required_return(flows_of([50.0]), opening_assets=100.0, policy=END)
        assert found.rate == pytest.approx(-0.5, abs=1e-15)

    def test_level_outgo_at_zero_needs_no_annuity_formula(self) -> None:
        found = required_return(flows_of([10.0] * 10), opening_assets=100.0, policy=END)
        assert found.rate == pytest.approx(0.0, abs=1e-15)
        assert found.binding_year == 10

    def test_contributions_only_need_no_return(self) -> None:
        found = required_return(flows_of([-5.0, -5.0]), opening_assets=1.0)
        assert found.status is ReturnStatus.ANY
        assert found.rate is None

    def test_start_of_year_pays_before_anything_is_earned(self) -> None:
        start = ExhaustionPolicy(timing=Timing.START_OF_YEAR)
        none = required_return(flows_of([10.0, -99.0]), opening_assets=9.0, policy=start)
        assert none.status is ReturnStatus.NONE
        assert "year 1" in none.reason
        whole = required_return(flows_of([9.0]), opening_assets=9.0, policy=start)
        assert whole.status is ReturnStatus.ANY

    def test_without_assets_the_first_flow_decides(self) -> None:
        assert (
            required_return(flows_of([1.0, -9.0]), opening_assets=0.0).status is ReturnStatus.NONE
        )
        later = required_return(flows_of([0.0, -10.0, 11.0]), opening_assets=0.0, policy=END)
        assert later.rate == pytest.approx(0.1, abs=1e-14)

    def test_closing_target(self) -> None:
        found = required_return(
            flows_of([0.0, 0.0, 10.0]), opening_assets=100.0, policy=END, closing_target=123.1
        )
        assert found.rate == pytest.approx(0.1, abs=1e-14)

    def test_floor_path_binds_where_it_is_highest(self) -> None:
        found = required_return(
            flows_of([10.0, 10.0]), opening_assets=100.0, policy=END, floor=[110.0, 0.0]
        )
        assert found.rate == pytest.approx(0.2, abs=1e-14)
        assert found.binding_year == 1

    @pytest.mark.parametrize("floor", [[1.0], [-1.0, 0.0]])
    def test_floor_is_checked(self, floor: list[float]) -> None:
        with pytest.raises(InputError):
            required_return(flows_of([1.0, 1.0]), opening_assets=1.0, floor=floor)

    def test_margin(self) -> None:
        found = required_return(flows_of([105.0]), opening_assets=100.0, policy=END)
        assert found.margin_over(0.07) == pytest.approx(0.02, abs=1e-14)


class TestSingleDiscountRate:
    def test_blend_of_two_years_in_closed_form(self) -> None:
        # Year 1 funded at r, year 2 not: v^0.5 + v^1.5 = PV solved as a cubic in v^0.5.
        blend = single_discount_rate(
            flows_of([10.0, 10.0]), opening_assets=10.0, assumed_return=0.08, municipal_rate=0.04
        )
        value = 10 * (1.08**-0.5 + 1.04**-1.5)
        roots = np.roots([10.0, 0.0, 10.0, -value])
        root = float(next(x.real for x in roots if abs(x.imag) < 1e-12))
        assert blend.projection.first_insufficient_year == 2
        assert blend.rate == pytest.approx(root**-2 - 1, abs=1e-12)
        assert blend.present_value == pytest.approx(value, rel=1e-14)

    def test_split_year_discounts_what_assets_cover_at_the_assumed_return(self) -> None:
        split = ExhaustionPolicy(shortfall_year=ShortfallYear.SPLIT)
        blend = single_discount_rate(
            flows_of([10.0]),
            opening_assets=4.0,
            assumed_return=0.08,
            municipal_rate=0.04,
            policy=split,
        )
        assert blend.funded_benefits.tolist() == [4.0]
        assert blend.present_value == pytest.approx(4 * 1.08**-0.5 + 6 * 1.04**-0.5)

    def test_once_failed_splits_the_first_failing_year_only(self) -> None:
        policy = ExhaustionPolicy(
            shortfall_year=ShortfallYear.SPLIT, after_shortfall=AfterShortfall.ONCE_FAILED
        )
        flows = AnnualFlows.from_columns(benefits=[10, 10, 10], contributions=[0, 50, 0])
        blend = single_discount_rate(
            flows, opening_assets=4, assumed_return=0.08, municipal_rate=0.04, policy=policy
        )
        assert blend.funded_benefits.tolist() == [4.0, 0.0, 0.0]

    def test_equal_rates_are_that_rate(self) -> None:
        blend = single_discount_rate(
            flows_of([10.0, 10.0]), opening_assets=10.0, assumed_return=0.05, municipal_rate=0.05
        )
        assert blend.rate == 0.05

    def test_a_missing_municipal_rate_matters_only_when_needed(self) -> None:
        rich = single_discount_rate(
            flows_of([10.0]), opening_assets=99.0, assumed_return=0.05, municipal_rate=None
        )
        assert rich.rate == 0.05
        with pytest.raises(InputError, match="municipal"):
            single_discount_rate(
                flows_of([10.0]), opening_assets=1.0, assumed_return=0.05, municipal_rate=None
            )

    def test_sensitivities_have_the_right_signs(self) -> None:
        flows = AnnualFlows.from_columns(benefits=[10.0] * 20, contributions=[3.0] * 20)
        base = single_discount_rate(
            flows, opening_assets=60, assumed_return=0.07, municipal_rate=0.04
        )
        moved = {
            s.change: s.rate
            for s in single_rate_sensitivities(
                flows, opening_assets=60, assumed_return=0.07, municipal_rate=0.04
            )
        }
        assert len(moved) == 6
        assert (
            moved["municipal rate 50 bp lower"] < base.rate < moved["municipal rate 50 bp higher"]
        )
        assert moved["contributions 10% lower"] <= base.rate <= moved["contributions 10% higher"]


class TestPolicyTable:
    def test_every_switch_appears_with_its_chosen_option(self) -> None:
        flows = AnnualFlows.from_columns(
            benefits=[10.0] * 5, contributions_current_members=[1.0] * 5
        )
        policy = ExhaustionPolicy(horizon=4)
        outcomes = compare_policies(
            flows, opening_assets=20, assumed_return=0.07, municipal_rate=0.04, policy=policy
        )
        chosen = {o.policy: o.option for o in outcomes if o.chosen}
        assert chosen == {
            "timing": "mid_year",
            "shortfall_year": "whole",
            "after_shortfall": "per_period",
            "exhausted_assets": "floor_at_zero",
            "sufficiency": "opening_at_least",
            "tested_outflow": "benefits",
            "contributions": "all",
            "horizon": "4",
        }
        own = [o for o in outcomes if o.chosen]
        assert len({(o.single_discount_rate, o.required_return) for o in own}) == 1
        assert len(outcomes) == 4 + 2 * 5 + 3 + 2

    def test_rates_are_left_out_without_a_municipal_rate(self) -> None:
        outcomes = compare_policies(
            flows_of([10.0]), opening_assets=1.0, assumed_return=0.07, municipal_rate=None
        )
        assert {o.single_discount_rate for o in outcomes} == {None}
        assert {o.first_insufficient_year for o in outcomes} == {1}


class TestFundedStatus:
    def test_headline_follows_the_measure(self) -> None:
        net = FundedStatus(assets=80, liability_gross=100, liability_net=64, is_net=True)
        assert (net.funded_ratio, net.funded_ratio_gross, net.funded_ratio_net) == (1.25, 0.8, 1.25)
        assert (net.surplus, net.surplus_gross, net.surplus_net) == (16, -20, 16)

    @pytest.mark.parametrize("liability", [0.0, -5.0, 0.5])
    def test_no_ratio_to_next_to_nothing(self, liability: float) -> None:
        status = FundedStatus(
            assets=80,
            liability_gross=liability,
            liability_net=liability,
            smallest_meaningful_liability=1.0,
        )
        assert status.funded_ratio is None
        assert status.surplus == 80 - liability

    def test_nothing_grows_without_assets(self) -> None:
        status = FundedStatus(assets=0, liability_gross=10, liability_net=10)
        assert status.required_growth_to_keep_surplus(0.06) is None
