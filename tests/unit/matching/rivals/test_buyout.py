"""Buy-out, match and run-off: three amounts and what each leaves open."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.cashflows import Payments
from defease.curves import flat_curve
from defease.errors import InputError
from defease.matching.rivals import (
    AnnuityPrice,
    OpenRisk,
    Settlement,
    compare_buyout,
)
from defease.valuation import Basis

TODAY = dt.date(2025, 12, 31)
LEVEL = Payments.from_times(TODAY, np.arange(1.0, 21.0), np.full(20, 100.0))
AA = Basis(name="aa", curve=flat_curve(0.05), rule="5% a year")


def annuity(rate: float, years: int) -> float:
    return (1.0 - (1.0 + rate) ** -years) / rate


def test_three_amounts_by_closed_form() -> None:
    price = AnnuityPrice.loaded(LEVEL, AA, load=0.04)
    found = compare_buyout(LEVEL, annuity=price, match_cost=1230.0, assumed_return=0.07)
    amounts = [option.amount for option in found.options]
    assert amounts == pytest.approx([104.0 * annuity(0.05, 20), 1230.0, 100.0 * annuity(0.07, 20)])
    assert found.run_off.amount_at_lower_return == pytest.approx(100.0 * annuity(0.06, 20))
    assert found.future_value == pytest.approx(2000.0)


def test_what_stays_open_in_each() -> None:
    found = compare_buyout(
        LEVEL, annuity=AnnuityPrice.quoted(1300.0), match_cost=1230.0, assumed_return=0.07
    )
    risks = {way: set(found.option(way).open_risks) for way in Settlement}
    assert OpenRisk.LONGEVITY not in risks[Settlement.BUY_OUT]
    assert OpenRisk.LONGEVITY in risks[Settlement.MATCH] & risks[Settlement.RUN_OFF]
    assert OpenRisk.DEFAULT in risks[Settlement.MATCH]
    assert OpenRisk.INVESTMENT in risks[Settlement.RUN_OFF] - risks[Settlement.MATCH]
    assert "investment return" in found.option(Settlement.RUN_OFF).sentence
    assert "only if 7% is earned every year" in found.sentence


def test_the_run_off_amount_lasts_exactly_at_the_assumed_return() -> None:
    needed = 100.0 * annuity(0.07, 20)
    found = compare_buyout(
        LEVEL,
        annuity=AnnuityPrice.quoted(1300.0),
        match_cost=1230.0,
        assumed_return=0.07,
        assets=needed,
    )
    assert found.run_off.first_unpaid is None
    assert found.run_off.left_at_end == pytest.approx(0.0, abs=1e-9)


def test_assets_that_fall_short_say_when() -> None:
    balance, paid = 800.0, 0
    while balance * 1.07 >= 100.0:
        balance, paid = balance * 1.07 - 100.0, paid + 1
    found = compare_buyout(
        LEVEL,
        annuity=AnnuityPrice.quoted(1300.0),
        match_cost=1230.0,
        assumed_return=0.07,
        assets=800.0,
    )
    assert found.run_off.first_unpaid is not None
    assert found.run_off.first_unpaid == LEVEL.dates[paid].astype(dt.date)
    assert str(found.run_off.first_unpaid) in found.sentence
    missing = 800.0 * 1.07**20 - 100.0 * (1.07**20 - 1.0) / 0.07
    assert found.run_off.left_at_end == pytest.approx(missing)


@pytest.mark.parametrize("price", [0.0, -5.0, float("inf"), float("nan")])
def test_an_impossible_price_is_refused(price: float) -> None:
    with pytest.raises(InputError, match="annuity price"):
        AnnuityPrice.quoted(price)


def test_impossible_load_and_cost_are_refused() -> None:
    with pytest.raises(InputError, match="load"):
        AnnuityPrice.loaded(LEVEL, AA, load=-1.5)
    price = AnnuityPrice.quoted(1.0)
    with pytest.raises(InputError, match="assets of -1"):
        compare_buyout(LEVEL, annuity=price, match_cost=1.0, assumed_return=0.07, assets=-1.0)
    nothing = Payments.from_times(TODAY, [], [])
    with pytest.raises(InputError, match="no payment"):
        compare_buyout(nothing, annuity=price, match_cost=1.0, assumed_return=0.07)
    with pytest.raises(InputError, match="matching cost"):
        compare_buyout(
            LEVEL,
            annuity=AnnuityPrice.quoted(1.0),
            match_cost=float("nan"),
            assumed_return=0.07,
        )
