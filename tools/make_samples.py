"""Make the invented parts of the samples again: bond universes, corporate flows and history.

Run ``python -m tools.make_samples``; a test compares the committed files with what this makes.
The restated public figures of the samples (cash flows of Texas, Treasury and HQM rates) are data,
not made here: their sources stand in each sample's README.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import tomllib
from pathlib import Path

from tools import make_returns

from defease.bonds import BondUniverse
from defease.bonds.generator import generate_universe
from defease.curves import curve_from_par_yields
from defease.dates import add_months, month_end, to_date
from defease.inputs.index_files import read_index_inputs
from defease.inputs.plan import read_plan
from defease.liability_index import liability_index

SAMPLES = Path(__file__).resolve().parents[1] / "src" / "defease" / "services" / "samples"
UNIVERSES = {"pension": 1500, "corporate": 800, "retiree": 400, "college": 400, "bullet": 400}
SEED = 20241231
BOND_COLUMNS = (
    "identifier", "identifier_type", "issuer", "sector", "rating", "country", "kind", "coupon",
    "maturity", "price", "outstanding", "callable", "watch",
)  # fmt: skip
CORPORATE_YEARS = 60


def bonds_csv(sample: str) -> str:
    """The sample's universe, generated from its own Treasury curve."""
    plan = tomllib.loads((SAMPLES / sample / "plan.toml").read_text(encoding="utf-8"))
    settlement = plan["plan"]["valuation_date"]
    with (SAMPLES / sample / "treasury.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    curve = curve_from_par_yields(
        [float(row["maturity_years"]) for row in rows], [float(row["rate"]) / 100 for row in rows]
    )
    market = generate_universe(curve, count=UNIVERSES[sample], settlement=settlement, seed=SEED)
    return _csv(BOND_COLUMNS, [_bond_row(market, i) for i in range(len(market))])


def _bond_row(market: BondUniverse, i: int) -> list[object]:
    pays = market.frequencies[i] > 0
    return [
        market.identifiers[i],
        "other",
        market.issuers[i],
        market.sectors[i],
        market.ratings[i],
        market.countries[i],
        "bond" if pays else "bill",
        f"{market.coupons[i]:.5f}",
        market.maturities[i],
        f"{market.clean_prices[i]:.4f}",
        f"{market.outstanding[i]:.0f}",
        "true" if market.callable[i] else "false",
        "true" if market.watch[i] else "false",
    ]


def corporate_cash_flows_csv() -> str:
    """Sixty years of month-end benefits by group and of expenses, invented but of a usual shape."""
    start = dt.date(2016, 11, 30)
    rows: list[list[object]] = []
    for month in range(1, 12 * CORPORATE_YEARS + 1):
        day, years = month_end(add_months(start, month)), month / 12
        retired = 2.75e6 * math.exp(-((years / 17.0) ** 1.6))
        deferred = 1.35e6 * _hump(years, peak=17.0, width=11.0)
        active = 2.30e6 * _hump(years, peak=22.0, width=13.0)
        expenses = 55_000 * 1.02**years * math.exp(-((years / 35.0) ** 2))
        rows += [
            [day, "retired", round(retired), round(expenses)],
            [day, "deferred", round(deferred), 0],
            [day, "active", round(active), 0],
        ]
    return _csv(("date", "group", "benefits", "expenses"), rows)


def _hump(years: float, *, peak: float, width: float) -> float:
    """A bell that starts at zero and falls away smoothly."""
    return (1 - math.exp(-years / 4.0)) * math.exp(-(((years - peak) / width) ** 2))


def corporate_history_files() -> dict[str, str]:
    """Returns, proxies and official values of the corporate sample, by file name."""
    made = {"returns.csv": _csv(*make_returns.returns_rows())}
    for name in make_returns.WEIGHTS:
        made[f"proxy_{name}.csv"] = _csv(*make_returns.proxy_rows(name))
    inputs = read_index_inputs(read_plan(SAMPLES / "corporate"))
    index = liability_index(
        inputs.projections, inputs.curves, start=inputs.start, structure=inputs.structure
    )
    days = [to_date(day) for day in index.dates]
    values = dict(zip(days, index.total.present_values.tolist(), strict=True))
    made["official.csv"] = _csv(*make_returns.official_rows(values))
    return made


def _csv(header: tuple[str, ...], rows: list[list[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def main() -> None:
    """Write every invented file of the samples."""
    for sample in UNIVERSES:
        (SAMPLES / sample / "bonds.csv").write_text(bonds_csv(sample), encoding="utf-8")
    flows = corporate_cash_flows_csv()
    (SAMPLES / "corporate" / "cash_flows.csv").write_text(flows, encoding="utf-8")
    for name, text in corporate_history_files().items():
        (SAMPLES / "corporate" / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
