"""Published prices and regulators' figures as bases of a plan, through its files.

Source: EIOPA, risk-free interest rate term structures (spring 2023, no volatility adjustment):
spot rates printed to five decimals, parameters and Qb vector of the euro.  TreasuryDirect,
FedInvest: prices of 2026-03-24, and end-of-day prices of 2015-12-31.  US Treasury: constant-
maturity yields (bond-equivalent) of that day.  Broker quotes of STRIPS, 2026-03-25.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from defease.arrays import FloatArray
from defease.inputs.plan import Plan, read_plan
from tests.command_line import defease
from tests.shared_files import shared_rows
from tests.treasury_prices import FILE_2026, MONTH_ENDS

PRINTED = 5.01e-6
KINDS = {"BILL": "bill", "NOTE": "bond", "BOND": "bond", "TIPS": "tips"}
HEAD = "identifier,rating,coupon_pct,maturity,kind,price,bid,ask"


def plan_with(folder: Path, valued: str, bases: dict[str, str], **files: str) -> Path:
    sections = "".join(f'[[discounting]]\nname = "{n}"\n{keys}\n' for n, keys in bases.items())
    (folder / "plan.toml").write_text(
        f'[plan]\nname = "Published"\nvaluation_date = {valued}\n[assets]\nmarket_value = 900.0\n'
        f'[liabilities]\nfile = "flows.csv"\ntiming = "mid_year"\n{sections}',
        encoding="utf-8",
    )
    flows = "period,benefits\n" + "".join(f"{k},100\n" for k in range(1, 31))
    for name, text in {"flows": flows, **files}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def prices_of_2026() -> str:
    """Buy is what a buyer pays, sell what a seller gets; 0 is no price."""
    lines = [HEAD]
    for row in shared_rows("data/" + FILE_2026):
        bid, ask = row["sell"], row["buy"]
        price = "" if float(ask) else bid
        kind = KINDS.get(row["type"], "frn")
        cells = [row["cusip"], "UST", row["coupon"], row["maturity"], kind, price, bid, ask]
        lines.append(",".join(cells))
    return "\n".join(lines)


def prices_of_2015() -> str:
    rows = [row for row in shared_rows("data/" + MONTH_ENDS) if row["date"] == "2015-12-31"]
    notes = [row for row in rows if row["type"] in {"NOTE", "BOND"}]
    return "\n".join(
        [
            HEAD,
            *(f"{r['cusip']},UST,{r['coupon']},{r['maturity']},bond,{r['eod']},," for r in notes),
        ]
    )


def euro_rates() -> tuple[FloatArray, FloatArray]:
    rows = shared_rows("data/rates/eiopa_rfr_spot_no_va_2023.csv")
    table = np.array([(float(row["maturity"]), float(row["Euro"])) for row in rows])
    return table[:, 0], table[:, 1]


@pytest.fixture
def euro(tmp_path: Path) -> Plan:
    rows = shared_rows("data/rates/eiopa_smith_wilson_qb_2023.csv")
    weights = [f"{r['country']},{r['u_years']},{r['qb']}" for r in rows if r["country"] == "Euro"]
    years, rates = euro_rates()
    both = "ufr = 0.0345\nalpha = 0.117567"
    folder = plan_with(
        tmp_path,
        "2023-04-30",
        {
            "vector": f'method = "smith_wilson"\nqb = "qb.csv"\n{both}',
            "rates": f'method = "smith_wilson"\nfile = "spot.csv"\nquote = "spot"\n'
            f'compounding = "annual"\nunit = "decimal"\nlast_liquid = 20\n{both}',
        },
        qb="\n".join(["country,u_years,qb", *weights]),
        spot="\n".join(
            ["maturity_years,rate", *(f"{t:g},{r:.5f}" for t, r in zip(years, rates, strict=True))]
        ),
    )
    return read_plan(folder)


def rates_on(plan: Plan, name: str, years: FloatArray) -> FloatArray:
    basis = plan.basis(name)
    assert hasattr(basis, "curve")
    found: FloatArray = basis.curve.annual_spot_rates(years)
    return found


def test_the_published_vector_gives_the_published_rates(euro: Plan) -> None:
    years, rates = euro_rates()
    assert len(years) == 150
    np.testing.assert_allclose(rates_on(euro, "vector", years), rates, atol=PRINTED, rtol=0)


def test_printed_rates_and_the_published_alpha_give_the_rest_of_the_curve(euro: Plan) -> None:
    years, rates = euro_rates()
    found = rates_on(euro, "rates", years)
    liquid = years <= 20
    np.testing.assert_allclose(found[liquid], rates[liquid], atol=PRINTED, rtol=0)
    # beyond, half a unit of the fifth decimal in the last rates used is carried on, up to fourfold
    np.testing.assert_allclose(found, rates, atol=4 * PRINTED, rtol=0)


@pytest.fixture(scope="module")
def treasuries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    strips = [
        f"{r['cusip']},UST,0,{r['maturity']},zero,,{r['bid']},{r['ask']}"
        for r in shared_rows("data/bonds/strips_quotes_2026-03-25.csv")
        if r["kind"] == "coupon"
    ]
    fits = {fit: f'method = "bonds"\nfile = "notes.csv"\nfit = "{fit}"' for fit in
            ("spline", "svensson", "bootstrap")}  # fmt: skip
    return plan_with(
        tmp_path_factory.mktemp("treasuries"),
        "2026-03-25",
        {**fits, "strips": 'method = "bonds"\nfile = "strips.csv"\nfit = "bootstrap"'},
        notes=prices_of_2026(),
        strips="\n".join([HEAD, *strips]),
    )


def test_every_row_of_the_price_file_is_used_or_counted_out(treasuries: Path) -> None:
    plan = read_plan(treasuries)
    rows = shared_rows("data/" + FILE_2026)
    assert len(rows) == 461
    linked = sum(row["type"] == "TIPS" for row in rows)
    messages = [c.message for c in plan.cautions]
    assert f"notes.csv: {linked} rows left out: inflation-linked" in " ".join(messages)
    assert "notes.csv: 8 rows left out: floating-rate" in " ".join(messages)
    for name in ("spline", "svensson", "bootstrap"):
        assert len(plan.fits[name].bonds) + plan.fits[name].left_out == len(rows)
        assert plan.fits[name].bonds.frequencies.min() == 0  # bills are among them


def test_fits_come_as_close_as_they_say(treasuries: Path) -> None:
    plan = read_plan(treasuries)
    for name, within_bp in (("spline", 4.0), ("svensson", 5.0), ("bootstrap", 1e-6)):
        fit = plan.fits[name]
        assert fit.report.yield_rms_bp < within_bp
        assert f"yields missed by {fit.report.yield_rms_bp:.2f} bp" in fit.words
        assert fit.report.share_inside is not None
    assert plan.fits["bootstrap"].report.share_inside == 1.0


def test_strips_and_coupon_bonds_agree_within_the_known_gap(treasuries: Path) -> None:
    plan = read_plan(treasuries)
    years = np.arange(1.0, 30.0)
    gap = 1e4 * (rates_on(plan, "strips", years) - rates_on(plan, "svensson", years))
    assert np.abs(gap).max() < 25.0
    assert "STRIPS" in next(u.statement for u in plan.understood if u.topic == "basis strips")


def test_the_report_shows_the_fits(treasuries: Path) -> None:
    answer = defease("value", treasuries, "--json")
    assert answer.code == 0, answer.err
    fits = {fit["basis"]: fit for fit in answer.json["results"]["fits"]}
    assert list(fits) == ["spline", "svensson", "bootstrap", "strips"]
    assert fits["spline"]["settlement"] == "2026-03-25"
    assert len(fits["spline"]["worst"]) == 5
    assert "leave_one_out_rms" not in fits["bootstrap"]
    text = defease("value", treasuries).out
    assert "How well the curves fit" in text
    assert fits["spline"]["worst"][0]["identifier"] in text.split("Bonds furthest")[1]


def test_a_fit_to_notes_comes_near_the_constant_maturity_yields(tmp_path: Path) -> None:
    keys = 'method = "bonds"\nfile = "notes.csv"'
    folder = plan_with(tmp_path, "2016-01-04", {"treasury": keys}, notes=prices_of_2015())
    published = next(
        row for row in shared_rows("data/rates/ust_cmt_daily.csv") if row["date"] == "2015-12-31"
    )
    terms = [2, 3, 5, 7, 10, 30]
    basis = read_plan(folder).basis("treasury")
    assert hasattr(basis, "curve")
    found = 100 * basis.curve.par_yields([float(t) for t in terms])
    wanted = [float(published[f"{t}Y"]) for t in terms]
    # The newest notes, which the published yields rest on, trade a few basis points richer.  (The
    # 20-year yield of those years rests on old bonds of high coupon: none was issued till 2020.)
    np.testing.assert_allclose(found, wanted, atol=0.08, rtol=0)
