"""Payments and prices as every fit takes them."""

from __future__ import annotations

import numpy as np
import pytest

from defease.curves import flat_curve, priced_payments
from defease.errors import InputError
from tests.unit.curves.bonds import coupon_bonds


def test_yields_price_the_payments_and_weights_are_price_times_duration() -> None:
    bonds = coupon_bonds(flat_curve(0.05), np.array([0.4, 3.0, 20.0]), noise=2.0)
    for i, rate in enumerate(bonds.continuous_yields.tolist()):
        own = slice(int(bonds.starts[i]), int(bonds.starts[i + 1]))
        value = bonds.amounts[own] * np.exp(-rate * bonds.times[own])
        assert value.sum() == pytest.approx(bonds.prices[i], rel=1e-13)
        assert value @ bonds.times[own] == pytest.approx(bonds.price_durations[i], rel=1e-13)


def test_taking_bonds_takes_their_payments_and_quotes() -> None:
    given = priced_payments(
        [1, 1, 2, 3],
        [100, 5, 105, 100],
        [0, 1, 3],
        [95, 98, 90],
        quotes=([94, 97, 89], [96, 99, 91]),
    )
    some = given.take(np.array([2, 1]))
    assert (some.times.tolist(), some.starts.tolist()) == ([3, 1, 2], [0, 1, 3])
    assert (some.amounts.tolist(), some.prices.tolist()) == ([100, 5, 105], [90, 98])
    assert some.quotes is not None
    assert some.quotes[0].tolist() == [89, 97]
    assert some.names == ("bond 3", "bond 2")


def test_every_unusable_bond_is_reported_at_once() -> None:
    with pytest.raises(InputError) as caught:
        priced_payments(
            [1, 0, 2, 1], [100] * 4, [0, 1, 2, 3], [0, 90, 90, 90], names=list("abcd"),
            quotes=([1, 1, 92, 1], [2, 2, 91, 2]),
        )  # fmt: skip
    assert [str(problem).split(";")[0] for problem in caught.value.problems] == [
        "a: price is not above 0",
        "b: pays at or before settlement",
        "c: is quoted with the bid above the ask",
    ]


def test_payments_out_of_order_and_wrong_starts_are_refused() -> None:
    with pytest.raises(InputError, match="bond 1: payments are not in order"):
        priced_payments([2, 1], [5, 105], [0], [99])
    with pytest.raises(InputError, match="2 starts for 2 prices and 2 payments"):
        priced_payments([1, 2], [100, 100], [0, 0], [99, 98])
    with pytest.raises(InputError, match="0 starts for 0 prices"):
        priced_payments([], [], [], [])
