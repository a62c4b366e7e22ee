"""Other ways in which a present-value column may have been computed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.funding.audit.findings import Cause
from defease.funding.audit.forms import Alternative, Form, Term, expected, tolerance
from defease.funding.audit.funded_test import funded_share, other_policies
from defease.funding.audit.rates import CommonRate, common_rates
from defease.funding.policies import payment_points

if TYPE_CHECKING:
    from collections.abc import Mapping

    from defease.arrays import BoolArray, FloatArray
    from defease.funding.audit.working import Working

SHIFTS = (-0.5, 0.5, -1.0, 1.0, -1.5, 1.5, -2.0, 2.0)
FACTORS = (1e3, 1e-3)
NEWTON_STEPS, SAME = 4, 1e-9
_FITTED = 3
_WORDS = {
    "present_value_funded": "funded",
    "present_value_unfunded": "unfunded",
    "present_value": "total",
}


@dataclass(frozen=True, eq=False)
class ValueLine:
    """A column of present values: shares of the benefits, each discounted at its own rate."""

    working: Working
    target: str
    parts: tuple[tuple[FloatArray, float], ...]
    extra: FloatArray | None = None

    def form(self, shift: float, *, factor: float = 1.0) -> Form:
        """Benefits of each row discounted from `shift` years later than stated."""
        weights = self.weights(shift) * factor
        return Form((Term("benefits", weights),), self.extra)

    def weights(self, shift: float) -> FloatArray:
        """What 1 of benefits is worth in the column, shape (rows,)."""
        total = np.zeros(len(self.working))
        for share, rate in self.parts:
            total += share * self._factors(rate) * (1 + rate) ** -shift
        return total

    def at_rate(self, rate: float, shift: float) -> Form:
        """The same shares, all discounted at another rate."""
        share = np.sum([part for part, _ in self.parts], axis=0)
        weights = share * self._factors(rate) * (1 + rate) ** -shift
        return Form((Term("benefits", weights),))

    def with_flow(self, name: str, sign: float) -> Form:
        """Benefits plus or less another column, discounted alike."""
        weights = self.weights(0.0)
        return Form((Term("benefits", weights), Term(name, sign * weights)), self.extra)

    def implied_rates(self, shift: float) -> tuple[FloatArray, FloatArray]:
        """The rate each row implies when its exponent is shifted, and its doubt by rounding."""
        printed = self.working.columns[self.target]
        share = np.sum([part for part, _ in self.parts], axis=0)
        paid = share * self.working.columns["benefits"]
        times = self.working.periods - 1 + payment_points(self.working.basis.policy.timing).mean()
        times = times + shift
        allowed = tolerance(self.form(shift), self.working.columns, self.working.units, len(paid))
        allowed = allowed + self.working.units[self.target] / 2
        with np.errstate(all="ignore"):
            wanted = np.log(printed / paid)
            rate = np.exp(-wanted / times) - 1
            for _ in range(NEWTON_STEPS):
                excess = np.log(self._factors(rate) * (1 + rate) ** -shift) - wanted
                rate = rate + excess * (1 + rate) / times
            doubt = np.where(times > 0, allowed * (1 + rate) / (times * np.abs(printed)), np.inf)
        return rate, doubt

    def parts_left_out(self, summed: Form) -> list[Alternative]:
        """A printed sum from which one of its columns is missing or in which it is twice."""
        found = []
        for position, term in enumerate(summed.terms):
            words = _WORDS[term.column]
            for times, cause, what in (
                (0.0, Cause.LEFT_OUT, f"column left out: the {words} part is not in the sum"),
                (2.0, Cause.COUNTED_TWICE, f"column counted twice: the {words} part"),
            ):
                terms = list(summed.terms)
                terms[position] = replace(term, weights=times * term.weights)
                key = f"{self.target}:{words}:{times:g}"
                found.append(Alternative(key, cause, what, Form(tuple(terms))))
        return found

    def _factors(self, rate: float | FloatArray) -> FloatArray:
        points = payment_points(self.working.basis.policy.timing)
        times = (self.working.periods - 1)[:, None] + points[None, :]
        growth = np.reshape(1.0 + np.asarray(rate), (-1, 1))
        factors: FloatArray = (growth**-times).mean(axis=1)
        return factors


def value_alternatives(
    working: Working,
    lines: Mapping[str, ValueLine],
    share: FloatArray,
    line: ValueLine,
    broken: BoolArray,
) -> list[Alternative]:
    """Every other way of one column; those that move several columns share their key."""
    found = [
        Alternative(key, cause, detail, forms[line.target])
        for key, cause, detail, forms in _of_the_test(working, lines, share)
        if line.target in forms
    ]
    return found + _of_one_line(working, line, broken)


def _of_one_line(working: Working, line: ValueLine, broken: BoolArray) -> list[Alternative]:
    found = [_shifted(line, shift, factor) for factor in (1.0, *FACTORS) for shift in SHIFTS]
    for name, sign, words in (
        ("expenses", 1.0, "benefits and expenses are discounted"),
        ("contributions", -1.0, "contributions are taken off the benefits"),
    ):
        if name in working:
            key = f"{line.target}:with:{name}"
            detail = f"other payments discounted: {words}"
            found.append(Alternative(key, Cause.OTHER_FLOWS, detail, line.with_flow(name, sign)))
    return found + _named_rates(working, line) + _fitted_rates(line, broken)


def _shifted(line: ValueLine, shift: float, factor: float) -> Alternative:
    halves = f"{shift * 2:+.0f}/2" if shift % 1 else f"{shift:+.0f}"
    detail = f"exponent shifted by {halves} year: discounted {abs(shift):g} years too "
    detail += "long" if shift > 0 else "short"
    if factor != 1.0:
        detail += f", and unit mixed (factor {factor:g})"
    key = f"{line.target}:shift:{shift}:{factor:g}"
    return Alternative(key, Cause.EXPONENT, detail, line.form(shift, factor=factor))


def _named_rates(working: Working, line: ValueLine) -> list[Alternative]:
    stated = {rate for _, rate in line.parts}
    named = [
        ("the assumed return", working.basis.assumed_return),
        ("the municipal rate", working.basis.municipal_rate),
        ("the published single rate", working.basis.single_discount_rate),
        ("no discount at all", 0.0),
    ]
    return [
        Alternative(
            f"{line.target}:rate:{rate:.9g}",
            Cause.RATE,
            f"other rate: discounted at {rate:.6g} ({words})",
            line.at_rate(rate, 0.0),
        )
        for words, rate in named
        if rate is not None and stated != {rate}
    ]


def _fitted_rates(line: ValueLine, broken: BoolArray) -> list[Alternative]:
    stated = {rate for _, rate in line.parts}
    found = []
    for shift in (0.0, *SHIFTS[:4]):
        implied, doubt = line.implied_rates(shift)
        found += [
            _at_fitted(line, common, shift)
            for common in common_rates(implied, doubt, broken)
            if not any(abs(common.rate - rate) < SAME for rate in stated)
        ]
    return found


def _at_fitted(line: ValueLine, common: CommonRate, shift: float) -> Alternative:
    stated = " and ".join(f"{rate:.6g}" for rate in sorted({rate for _, rate in line.parts}))
    detail = f"other rate: discounted at {common.rate:.6g}, expected {stated}"
    if shift:
        detail += f", and exponent shifted by {shift:+g}"
    # Any single figure is discounted at some rate, and a shift can imitate one, never in three.
    needs = 2 if common.is_certain and not shift else _FITTED
    key = f"{line.target}:fit:{shift}:{common.rate:.9g}"
    return Alternative(key, Cause.RATE, detail, line.at_rate(common.rate, shift), needs)


def _of_the_test(
    working: Working, lines: Mapping[str, ValueLine], share: FloatArray
) -> list[tuple[str, Cause, str, dict[str, Form]]]:
    """Hypotheses about which years are funded: they move both columns at once."""
    funded, unfunded = lines.get("present_value_funded"), lines.get("present_value_unfunded")
    if funded is None or unfunded is None:
        return []
    names = (funded.target, unfunded.target)
    none, all_of_it = np.zeros(len(working)), np.ones(len(working))
    swapped = Cause.SWAPPED.value
    found = [
        (
            "value:swapped",
            Cause.SWAPPED,
            f"{swapped}: each column holds the other's value",
            dict(zip(names, (unfunded.form(0.0), funded.form(0.0)), strict=True)),
        )
    ]
    for words, part in (("funded", all_of_it), ("not funded", none)):
        detail = f"other funded test: these years are treated as {words}"
        forms = _forms_of_share(funded, unfunded, part)
        found.append((f"value:{words}", Cause.FUNDED_TEST, detail, forms))
    if "opening" in working:
        expenses = working.columns.get("expenses", none)
        for words, policy in other_policies(working.basis.policy):
            part = funded_share(
                working.columns["opening"], working.columns["benefits"], expenses, policy
            )
            if not np.array_equal(part, share):
                detail = f"other funded test: {words}"
                forms = _forms_of_share(funded, unfunded, part)
                found.append((f"value:{words}", Cause.FUNDED_TEST, detail, forms))
    return [entry for entry in found if _is_plausible(working, entry[3])]


def _forms_of_share(funded: ValueLine, unfunded: ValueLine, share: FloatArray) -> dict[str, Form]:
    parts = ((funded, share), (unfunded, 1 - share))
    return {
        line.target: replace(line, parts=((part, line.parts[0][1]),)).form(0.0)
        for line, part in parts
    }


def _is_plausible(working: Working, forms: Mapping[str, Form]) -> bool:
    totals = [expected(form, working.columns, len(working)) for form in forms.values()]
    return all(np.isfinite(total).all() for total in totals)
