"""Bases fitted to bond prices, and Smith-Wilson bases, out of a plan file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from defease.curves import DiscountCurve, flat_curve, svensson_curve
from defease.errors import DefeaseError
from defease.inputs.plan import Plan, read_plan
from defease.valuation.legal import NamedBasis
from tests.unit.inputs.building import PLAN, only_problem, plan_folder

VALUED = dt.date(2025, 12, 31)
HEAD = "identifier,rating,coupon,maturity,price,bid,ask,kind,callable"
SMOOTH = svensson_curve([0.045, -0.02, 0.01, 0.02], [1.5, 8.0])
WHERE = "plan.toml: discounting.x"


def price_of(coupon: float, years: int, curve: DiscountCurve, day: str = "12-31") -> float:
    """The clean price of a note that has just paid its coupon, payment by payment."""
    dates = [f"{2026 + k}-{part}" for k in range(years) for part in ("06-30", day)]
    days = np.array(dates, dtype="datetime64[D]") - np.datetime64(VALUED, "D")
    paid = np.full(len(dates), 50.0 * coupon)
    paid[-1] += 100.0
    return float(paid @ curve.discount_factors(days.astype(float) / 365))


def row(name: str, coupon: float, years: int, price: float, **more: str) -> str:
    given = {"rating": "UST", "bid": "", "ask": "", "kind": "bond", "callable": "", **more}
    cells = [name, given["rating"], f"{coupon}", f"{2025 + years}-12-31", f"{price:.12f}"]
    return ",".join([*cells, given["bid"], given["ask"], given["kind"], given["callable"]])


def notes(curve: DiscountCurve, *, last: int = 30, more: tuple[str, ...] = ()) -> str:
    """Notes of 1 to `last` years, fairly priced on a curve, and further rows."""
    fair = [
        row(f"N{k}", 0.02 + k / 1000, k, price_of(0.02 + k / 1000, k, curve))
        for k in range(1, last + 1)
    ]
    return "\n".join([HEAD, *fair, *more]) + "\n"


def folder_of(folder: Path, keys: str, *, name: str = "x", **files: str) -> Path:
    section = f'\n[[discounting]]\nname = "{name}"\n{keys}\n'
    return plan_folder(folder, plan=PLAN + section, **files)


def read(folder: Path, keys: str, *, name: str = "x", **files: str) -> tuple[Plan, NamedBasis]:
    plan = read_plan(folder_of(folder, keys, name=name, **files))
    basis = plan.basis(name)
    assert isinstance(basis, NamedBasis)
    return plan, basis


def bonds(fit: str) -> str:
    return f'method = "bonds"\nfile = "b.csv"\nfit = "{fit}"'


def said(plan: Plan, code: str) -> list[str]:
    return [caution.message for caution in plan.cautions if caution.code == code]


@pytest.mark.parametrize(("fit", "within"), [("spline", 5e-5), ("svensson", 1e-7)])
def test_a_smooth_fit_finds_the_curve_that_priced_the_notes(
    tmp_path: Path, fit: str, within: float
) -> None:
    _, basis = read(tmp_path, bonds(fit), b=notes(SMOOTH))
    years = np.arange(1.0, 30.0)
    found = basis.curve.annual_spot_rates(years)
    np.testing.assert_allclose(found, SMOOTH.annual_spot_rates(years), atol=within)
    assert basis.rule.startswith("Treasury curve fitted to notes and bonds: ")
    assert "30 bonds, 0 rows left out" in basis.rule
    assert basis.curve_date == VALUED
    assert not basis.is_credit


@pytest.mark.parametrize("between", ["", 'interpolation = "monotone_convex"'])
def test_a_bootstrap_reprices_its_notes(tmp_path: Path, between: str) -> None:
    plan, basis = read(tmp_path, f"{bonds('bootstrap')}\n{between}", b=notes(SMOOTH))
    for k in (1, 7, 30):
        wanted = price_of(0.02 + k / 1000, k, SMOOTH)
        assert price_of(0.02 + k / 1000, k, basis.curve) == pytest.approx(wanted, abs=1e-10)
    assert plan.fits["x"].report.price_rms < 1e-10


def test_the_default_fit_is_the_spline(tmp_path: Path) -> None:
    plan, basis = read(tmp_path, 'method = "bonds"\nfile = "b.csv"', b=notes(SMOOTH))
    assert "cubic smoothing spline through 30 bonds" in basis.rule
    assert plan.fits["x"].method == "spline"


def test_a_flat_market_is_flat_beyond_the_last_bond(tmp_path: Path) -> None:
    for fit in ("bootstrap", "svensson", "spline"):
        _, basis = read(tmp_path / fit, bonds(fit), b=notes(flat_curve(0.04)))
        found = basis.curve.annual_spot_rates([0.25, 3.3, 29.0, 45.0])
        np.testing.assert_allclose(found, 0.04, atol=1e-6, err_msg=fit)


def test_bonds_that_no_curve_of_known_payments_explains_are_counted_out(tmp_path: Path) -> None:
    more = (
        row("C1", 0.09, 9, 101.0, callable="yes"),
        row("T1", 0.01, 9, 60.0, kind="tips"),
        row("F1", 0.01, 9, 60.0, kind="frn"),
        "S1,UST,0.02,2026-01-20,90.0,,,bond,",
    )
    plan, basis = read(tmp_path, bonds("svensson"), b=notes(SMOOTH, more=more))
    assert "30 bonds, 4 rows left out" in basis.rule
    assert plan.fits["x"].report.yield_rms_bp < 1e-3
    excluded = " | ".join(said(plan, "excluded_bonds"))
    for reason in ("1 rows left out: inflation-linked", "1 rows left out: floating-rate"):
        assert reason in excluded
    assert "1 bond left out of the fit: callable" in excluded
    assert "1 bond left out of the fit: with at most 30 days to run" in excluded


@pytest.mark.parametrize("fit", ["bootstrap", "svensson", "spline"])
def test_an_outlier_is_left_out_and_named(tmp_path: Path, fit: str) -> None:
    wrong = row("WRONG", 0.03, 12, price_of(0.03, 12, SMOOTH) - 3.0)
    plan, basis = read(tmp_path, bonds(fit), b=notes(SMOOTH, more=(wrong,)))
    (message,) = said(plan, "outlier")
    assert message.startswith("b.csv: WRONG (12.01 years) is left out")
    np.testing.assert_allclose(
        basis.curve.annual_spot_rates([12.0]), SMOOTH.annual_spot_rates([12.0]), atol=2e-5
    )


def test_a_bootstrap_takes_the_newest_bond_of_a_maturity(tmp_path: Path) -> None:
    old = row("OLD", 0.09, 10, price_of(0.09, 10, SMOOTH) + 0.2)
    plan, _ = read(tmp_path / "price", bonds("bootstrap"), b=notes(SMOOTH, more=(old,)))
    assert "OLD" not in plan.fits["x"].bonds.identifiers
    assert any("older than another bond" in text for text in said(plan, "excluded_bonds"))
    dated = [line + (",2025-12-01" if line.startswith("OLD") else ",2020-01-01")
             for line in notes(SMOOTH, more=(old,)).splitlines()[1:]]  # fmt: skip
    text = "\n".join([HEAD + ",issue_date", *dated])
    plan, _ = read(tmp_path / "date", bonds("bootstrap"), b=text)
    assert "OLD" in plan.fits["x"].bonds.identifiers
    assert "N10" not in plan.fits["x"].bonds.identifiers


def test_the_share_between_bid_and_ask_counts_the_quoted_bonds(tmp_path: Path) -> None:
    fair = price_of(0.03, 5, SMOOTH)
    more = (
        row("IN", 0.03, 5, fair, bid=f"{fair - 0.1}", ask=f"{fair + 0.1}"),
        row("OUT", 0.03, 5, fair, bid=f"{fair + 0.1}", ask=f"{fair + 0.2}"),
    )
    plan, _ = read(tmp_path, bonds("svensson"), b=notes(SMOOTH, more=more))
    assert plan.fits["x"].report.share_inside == 0.5
    understood = next(u.statement for u in plan.understood if u.topic == "basis x")
    assert "50% of the quoted ones between bid and ask; furthest off: " in understood
    assert "smallest forward rate" in understood


def test_stripped_zeros_are_named_as_what_they_are(tmp_path: Path) -> None:
    zeros = [f"Z{k},UST,0,{2025 + k}-12-31,{100 * 1.04**-k:.6f},,,zero," for k in range(1, 31)]
    _, basis = read(tmp_path, bonds("bootstrap"), name="zeros", b="\n".join([HEAD, *zeros]))
    assert basis.rule.startswith("Treasury zero rates quoted for STRIPS: bootstrap of 30 bonds")
    ten_years = (365 * 10 + 2) / 365
    assert basis.curve.discount_factors([ten_years])[0] == pytest.approx(1.04**-10, abs=1e-8)


def test_bonds_of_other_issuers_are_credit_and_their_regime_is_kept(tmp_path: Path) -> None:
    text = notes(SMOOTH).replace(",UST,", ",AA,")
    _, basis = read(tmp_path / "a", bonds("spline"), b=text)
    assert basis.is_credit
    assert basis.rule.startswith("cubic smoothing spline")
    _, basis = read(tmp_path / "b", bonds("spline") + '\nregime = "asc715"', b=text)
    assert (basis.regime, basis.is_credit) == ("asc715", True)
    assert basis.rule.startswith("rates of settlement (AA corporate): cubic smoothing spline")
    plan, _ = read(tmp_path / "c", bonds("spline"), b=notes(SMOOTH).replace(",UST,", ",,"))
    assert said(plan, "no_ratings")
    plan, _ = read(tmp_path / "d", bonds("spline") + '\nregime = "ppa_430"', b=text)
    assert "curve fitted to bond prices" in said(plan, "not_the_prescribed_rates")[0]


def test_another_settlement_day_is_said(tmp_path: Path) -> None:
    lines = notes(SMOOTH).splitlines()
    text = "\n".join([lines[0] + ",settlement", *(line + ",2026-01-05" for line in lines[1:])])
    plan, basis = read(tmp_path, bonds("spline"), b=text)
    assert basis.curve_date == dt.date(2026, 1, 5)
    assert "as those of the valuation date 2025-12-31" in said(plan, "settlement_of_curve")[0]


@pytest.mark.parametrize(
    ("keys", "text", "where", "what"),
    [
        (bonds("spline"), notes(SMOOTH, last=3), f"{WHERE}: spline fit", "3 bonds for a cubic"),
        (bonds("svensson"), notes(SMOOTH, last=5), f"{WHERE}: curve fit", "5 bonds for 6"),
        (bonds("spline"), HEAD + "\na,UST,0.04,2030-12-31,,,,bond,\n", "b.csv", "no bond with"),
        (
            bonds("spline"),
            HEAD + "\n" + row("a", 0.04, 9, 99.0, callable="yes"),
            "b.csv",
            "holds only bonds callable",
        ),
        (
            bonds("spline"),
            HEAD + "\n" + row("a", 0.04, 9, 99.0, bid="99.5", ask="99"),
            "b.csv: line 2, column bid",
            "above the ask",
        ),
        (bonds("median"), notes(SMOOTH), f"{WHERE}.fit", "median"),
        (bonds("spline") + '\ninterpolation = "linear_zero"', "", WHERE, "bootstrap"),
        (bonds("bootstrap") + '\ninterpolation = "cubic_zero"', "", WHERE, "cubic"),
        (bonds("svensson") + '\nextrapolation = "refuse"', "", WHERE, "svensson"),
        ('method = "bonds"', "", WHERE, 'needs the key "file"'),
        ('method = "bonds"\nfile = "c.csv"', "", f"{WHERE}.file", "c.csv"),
    ],
)
def test_files_that_no_curve_can_be_fitted_to(
    tmp_path: Path, keys: str, text: str, where: str, what: str
) -> None:
    files = {"b": text} if text else {}
    problem = only_problem(lambda: read_plan(folder_of(tmp_path, keys, **files)))
    assert problem.where == where
    assert what in problem.what


def test_prices_that_contradict_each_other_name_the_basis(tmp_path: Path) -> None:
    text = "\n".join([HEAD, row("A", 0.04, 1, 100.0), row("B", 0.06, 2, 4.0)])
    with pytest.raises(DefeaseError) as caught:
        read_plan(folder_of(tmp_path, bonds("bootstrap"), b=text))
    (problem,) = caught.value.problems
    assert problem.where == f"{WHERE}: bond bootstrap"
    assert problem.what.startswith("B costs less than its payments")


SWAPS = "maturity_years,rate\n" + "".join(f"{k},{2 + k / 20}\n" for k in range(1, 31))
RATES = 'method = "smith_wilson"\nfile = "s.csv"\nunit = "percent"\nufr = 0.0345\nalpha = 0.12'
VECTOR = 'method = "smith_wilson"\nqb = "s.csv"\nufr = 0.0345\nalpha = 0.12'


def test_swaps_are_worth_par_on_their_curve(tmp_path: Path) -> None:
    plan, basis = read(tmp_path, f"{RATES}\nlast_liquid = 20", s=SWAPS)
    terms = [1.0, 5.0, 20.0]
    found = basis.curve.par_yields(terms, frequency=1)
    np.testing.assert_allclose(found, [0.0205, 0.0225, 0.03], atol=1e-13)
    assert basis.rule.startswith("Smith-Wilson: market rates to 20 years, then towards a forward")
    assert "3.45%, alpha 0.12 (given); 20 points, 1 to 20 years; par rates" in basis.rule
    assert "10 rates beyond the last liquid point" in said(plan, "beyond_last_liquid")[0]
    assert said(plan, "quote_default")


def test_a_credit_adjustment_comes_off_every_swap_rate(tmp_path: Path) -> None:
    keys = f'{RATES}\nquote = "par"\ncredit_adjustment_bp = 10'
    plan, basis = read(tmp_path, keys, s=SWAPS)
    found = basis.curve.par_yields([1.0, 5.0, 30.0], frequency=1)
    np.testing.assert_allclose(found, [0.0195, 0.0215, 0.034], atol=1e-13)
    assert not said(plan, "quote_default")


def test_spot_rates_are_met_and_the_ultimate_forward_reached(tmp_path: Path) -> None:
    _, basis = read(tmp_path, f'{RATES}\nquote = "spot"\ncompounding = "annual"', s=SWAPS)
    found = basis.curve.annual_spot_rates([1.0, 15.0, 30.0])
    np.testing.assert_allclose(found, [0.0205, 0.0275, 0.035], atol=1e-13)
    assert basis.curve.forward_rates([149.0], [150.0])[0] == pytest.approx(0.0345, abs=1e-4)


def test_without_alpha_it_is_calibrated(tmp_path: Path) -> None:
    _, basis = read(tmp_path, RATES.replace("\nalpha = 0.12", ""), s=SWAPS)
    assert "(calibrated)" in basis.rule
    forward = np.log1p(basis.curve.forward_rates([70.0], [70.001])[0])
    assert forward == pytest.approx(np.log(1.0345), abs=1.2e-4)


def test_a_vector_of_zeros_is_the_ultimate_rate(tmp_path: Path) -> None:
    _, basis = read(tmp_path, VECTOR, s="u_years,qb\n1,0\n20,0\n")
    assert basis.curve.annual_spot_rates([3.0, 60.0]) == pytest.approx([0.0345, 0.0345])
    assert "market rates to 20 years" in basis.rule


def test_a_regime_is_kept(tmp_path: Path) -> None:
    _, basis = read(tmp_path, f'{RATES}\nregime = "ldrom"', s=SWAPS)
    assert basis.regime == "ldrom"


@pytest.mark.parametrize(
    ("keys", "text", "where", "what"),
    [
        (RATES.replace("0.12", "0"), SWAPS, f"{WHERE}.alpha", "0"),
        (f"{RATES}\nlast_liquid = 40", SWAPS, f"{WHERE}.last_liquid", "end at 30 years"),
        (f"{RATES}\nlast_liquid = 0.5", SWAPS, f"{WHERE}.last_liquid", "before the first rate"),
        (f"{VECTOR}\nlast_liquid = 30", "u_years,qb\n1,0\n20,0\n", f"{WHERE}.last_liquid", "20"),
        (VECTOR, "u_years,qb\n2,0\n1,0\n", "s.csv: line 3, column u_years", "1 comes after 2"),
        (VECTOR, "u_years,weight\n1,0\n", "s.csv", "no column 'qb'"),
        (
            VECTOR,
            "country,u_years,qb\nEuro,1,0\nNorway,1,0\n",
            "s.csv",
            "the vectors of 2 countries",
        ),
        (VECTOR.replace("\nalpha = 0.12", ""), "", WHERE, "needs the alpha"),
        (f'{VECTOR}\nquote = "spot"', "", WHERE, "quote does not belong to qb"),
        (f'{RATES}\nqb = "q.csv"', "", WHERE, "exactly one of file and qb"),
        (RATES.replace("ufr = 0.0345\n", ""), "", WHERE, "needs the ultimate forward rate"),
        (f'{RATES}\nquote = "forward"', "", WHERE, 'cannot read quote = "forward"'),
        (f'{RATES}\ncompounding = "continuous"', "", WHERE, "cannot compound continuously"),
        (RATES, "maturity_years,rate\n1,2.0\n2,\n", "s.csv: line 3, column rate", "is empty"),
    ],
)
def test_what_is_no_smith_wilson_basis(
    tmp_path: Path, keys: str, text: str, where: str, what: str
) -> None:
    files = {"s": text} if text else {}
    problem = only_problem(lambda: read_plan(folder_of(tmp_path, keys, **files)))
    assert problem.where == where
    assert what in problem.what
