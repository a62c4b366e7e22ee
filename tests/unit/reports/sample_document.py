"""A board report made of invented figures: what the tests of the renderers show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import accumulate

from defease.errors import Caution
from defease.reports import charts
from defease.reports.document import (
    Block,
    Callout,
    Column,
    Definitions,
    Document,
    Figure,
    Formatted,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Table,
    Tone,
    data_table,
)
from defease.reports.formats import (
    DATE,
    LABEL,
    MONEY,
    MONEY_CENTS,
    PERCENT,
    PERCENT_CHANGE,
    PRICE,
    RATE,
    SCIENTIFIC,
    SHIFT,
    YEARS,
)

BASES = ["treasury", "AA corporate", "assumed return", "GASB blended"]
LIABILITIES = [345.2e9, 331.7e9, 271.6e9, 271.6e9]
RATIOS = [0.6094, 0.6342, 0.7746, 0.7746]
YEARS_AHEAD = list(range(2025, 2124))
TENORS = [0.5, 1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 40]


def sample_document() -> Document:
    """The whole report, with every kind of block and every chart."""
    return Document(
        title="Board report",
        plan="Teachers & Harbour Pension Plan <sample>",
        as_of=dt.date(2024, 8, 31),
        subtitle="Funded status, liabilities, exhaustion, matching and stress on one set of flows",
        blocks=[_tiles(), _status(), _liabilities(), _exhaustion(), _matching(), _stress(),
                _history(), _basis()],
        cautions=[
            Caution("extrapolated", "12% of the present value lies beyond the curve's last point."),
            Caution("total_measure", "The cash flows include future service: they show more than a "
                    "published accrued liability."),
        ],
        footer=[
            ("Version", "0.1.0"),
            ("Run", "3f1c9a7be2d4"),
            ("plan.toml", f"sha256 {'9b74c989' * 8}"),
            ("cash_flows.csv", f"sha256 {'2c26b46b' * 8}"),
        ],
    )  # fmt: skip


def _tiles() -> KeyFigures:
    return KeyFigures(
        [
            KeyFigure("Funded ratio", 0.6094, PERCENT, "Treasury; 77.5% at the assumed return",
                      Tone.WARN),
            KeyFigure("Surplus", -134.8e9, MONEY, "assets less liability, Treasury", Tone.BAD),
            KeyFigure("Liability", 345.2e9, MONEY, "present value, net of contributions"),
            KeyFigure("Required return", 0.0687, RATE, "assumed 7.00%", Tone.GOOD),
        ]
    )  # fmt: skip


def _status() -> Section:
    table = Table(
        "Funded status on every basis",
        [
            Column("basis", "Basis"),
            Column("liability", "Liability", MONEY),
            Column("surplus", "Surplus", MONEY),
            Column("ratio", "Funded ratio", PERCENT),
            Column("yield", "Yield", RATE),
            Column("duration", "Modified duration", YEARS),
            Column("dv01", "DV01", MONEY),
        ],
        [
            [name, pv, 210.4e9 - pv, ratio, rate, duration, pv * duration * 1e-4]
            for name, pv, ratio, rate, duration in zip(
                BASES, LIABILITIES, RATIOS, [0.0412, 0.0498, 0.07, 0.07],
                [13.86, 13.1, 10.94, 10.94],
                strict=True,
            )
        ],
        note="Contributions are deducted from payments. The GASB rate equals the assumed return.",
    )  # fmt: skip
    chart = charts.basis_bars(BASES, RATIOS, measure="Funded ratio", style=PERCENT, reference=1.0)
    return Section(
        "Funded status",
        [
            Paragraph(
                "The plan holds $210.4bn against a liability of $345.2bn on Treasury rates, a "
                "funded ratio of 60.9%. At the assumed return of 7.00% the same payments are worth "
                "$271.6bn."
            ),
            Figure("The funded ratio is 60.9% on Treasury rates and 77.5% at the assumed return.",
                   chart, table, "Horizontal bars of the funded ratio on four bases."),
            table,
        ],
    )  # fmt: skip


def _liabilities() -> Section:
    sensitivity = Section("Sensitivity to interest rates", [_moves(), _key_rates(), _curves()])
    return Section("Liabilities", [_payments(), sensitivity])


def _payments() -> Figure:
    benefits = [max(13.2e9 + 0.5e9 * k - 0.0075e9 * k * k, 0.0) for k in range(99)]
    contributions = [max(10.4e9 - 0.22e9 * k, 0.0) for k in range(99)]
    outgo = {"benefits": benefits, "expenses": [0.08e9] * 99}
    columns: dict[str, Sequence[object]] = {
        "Year": YEARS_AHEAD,
        **outgo,
        "contributions": contributions,
    }
    flows = data_table("Payments by year", columns, [LABEL, MONEY, MONEY, MONEY])
    chart = charts.cash_flow_bars(YEARS_AHEAD, outgo, contributions=contributions)
    return Figure("Benefits peak at $21.5bn in 2058.", chart, flows, "Bars of payments by year.")


def _moves() -> Figure:
    shifts = [-200, -100, -50, 0, 50, 100, 200]
    series = {
        name: [ratio * (1 + 0.0013 * shift) for shift in shifts]
        for name, ratio in zip(BASES[:3], RATIOS[:3], strict=True)
    }
    table = data_table("Funded ratio after a shift", {"Shift": shifts, **series},
                       [SHIFT, PERCENT, PERCENT, PERCENT])  # fmt: skip
    chart = charts.sensitivity_chart(shifts, series, measure="Funded ratio", style=PERCENT)
    return Figure("A fall of 100 bp takes the Treasury funded ratio to 53.0%.", chart, table)


def _key_rates() -> Figure:
    keys = [0.01, 0.03, 0.09, 0.16, 0.41, 0.62, 1.32, 1.94, 2.05, 2.11, 3.37, 0.0]
    columns = {"Maturity": TENORS, "treasury": keys}
    table = data_table("Key rate durations", columns, [LABEL, YEARS])
    caption = "30 years carries most of the interest rate risk: 3.37 of 12.11 years."
    return Figure(caption, charts.key_rate_bars(TENORS, {"treasury": keys}), table)


def _curves() -> Figure:
    curve = {
        "treasury": [0.05 - 0.0008 * t if t < 12 else 0.0404 + 0.0001 * t for t in TENORS],
        "AA corporate": [0.052 if t < 5 else 0.0495 + 8e-5 * t for t in TENORS],
    }
    table = data_table("Spot rates", {"Maturity": TENORS, **curve}, [LABEL, RATE, RATE])
    return Figure("The 30-year Treasury rate is 4.34%.", charts.curve_lines(TENORS, curve), table)


def _exhaustion() -> Section:
    def path(rate: float) -> list[float | None]:
        assets = accumulate(
            range(99), lambda a, k: a * (1 + rate) - 12.9e9 - 0.12e9 * k, initial=210.4e9
        )
        return [a if a >= 0 else None for a in assets][:99]

    paths = {
        "assumed return 7.00%": path(0.07),
        "required return 6.87%": path(0.0747),
        "5.50%": path(0.055),
    }
    table = data_table(
        "Assets by year", {"Year": YEARS_AHEAD, **paths}, [LABEL, MONEY, MONEY, MONEY]
    )
    return Section(
        "Exhaustion of assets",
        [
            Callout("At the assumed return the assets last for every payment.", Tone.GOOD),
            Figure("At 5.50% a year the assets are gone in 2046.",
                   charts.exhaustion_lines(YEARS_AHEAD, paths), table),
        ],
    )  # fmt: skip


def _matching() -> Section:
    facts = Table(
        "Certificate",
        [Column("fact", "Fact"), Column("value", "Value", MONEY_CENTS)],
        [["Largest shortfall", 0.0], ["Relative gap", Formatted(3.2e-12, SCIENTIFIC)]],
    )
    blocks: list[Block] = [_savings(), _ladder(), *_horizons(), _implied(), _trades()]
    blocks += [_holdings(), facts]
    return Section("Matched portfolio", blocks)


def _horizons() -> list[Figure]:
    years = [k / 4 for k in range(1, 41)]
    costs = [7.71e9 * (1 - 0.93**t) / (1 - 0.93**10) for t in years]
    shares = [cost / costs[-1] for cost in costs]
    funded = {"first years in full": [t / 10 for t in years], "equal shares": shares}
    cost_table = data_table("Cost by horizon", {"Years": years, "Cost": costs}, [LABEL, MONEY])
    chart = charts.horizon_lines(
        years, {"cost": costs}, words="Cost", marked=("budget $4.00bn", 4.0e9)
    )
    bought = charts.share_lines(
        shares, funded, across="Share of the full cost", words="Payments bought"
    )
    share_table = data_table("Payments bought", {"Cost": shares, **funded}, [PERCENT] * 3)
    return [
        Figure("Ten years cost $7.71bn.", chart, cost_table),
        Figure("Early payments cost most.", bought, share_table),
    ]


def _implied() -> Figure:
    years = [float(t) for t in range(1, 11)]
    spots = [0.03 + 0.001 * t for t in years]
    forwards = [0.03 + 0.002 * t if t % 3 else 0.01 for t in years]
    rates = {"implied spot": spots, "reinvestment": [0.01] * 10}
    chart = charts.implied_rate_lines(years, ("implied forward", forwards), rates)
    data = data_table(
        "Implied rates", {"Years": years, "forward": forwards, **rates}, [LABEL, RATE, RATE, RATE]
    )
    return Figure("Three periods rest on carried cash.", chart, data)


def _trades() -> Figure:
    years = list(range(2025, 2035))
    due = [8.0e8 + 0.3e8 * k for k in range(10)]
    bars = {
        "receipts before": [0.9 * d + 1.5e8 * (k % 2) for k, d in enumerate(due)],
        "receipts after": [1.01 * d for d in due],
    }
    data = data_table("Before and after", {"Year": years, **bars}, [LABEL, MONEY, MONEY])
    return Figure("Trades fill the gaps.", charts.before_after_bars(years, bars, due), data)


def _savings() -> Figure:
    total = ("Payments", 9.35e9)
    parts = [
        ("Time value", 1.49e9),
        ("Credit spread", 0.21e9),
        ("Saving by matching", -0.06e9),
        ("Cost today", 7.71e9),
    ]
    columns = [Column("part", "Part"), Column("amount", "Amount", MONEY)]
    table = Table("Payments and how they are paid for", columns, [*parts, total], totals=[-1])
    return Figure(
        "Ten years of payments cost $7.71bn today.", charts.savings_bar(total, parts), table
    )


def _ladder() -> Figure:
    years = list(range(2025, 2035))
    due = [8.0e8 + 0.3e8 * k for k in range(10)]
    income = [1.9e8 - 0.17e8 * k for k in range(10)]
    cash = [0.0, 0.2e8, 0.0, 0.1e8, 0.0, 0.3e8, 0.0, 0.0, 0.1e8, 0.0]
    principal = [d - i - c for d, i, c in zip(due, income, cash, strict=True)]
    sources = {"income": income, "principal": principal, "carried cash": cash}
    columns: dict[str, Sequence[object]] = {"Year": years, "Payments": due, **sources}
    table = data_table("Ladder", columns, [LABEL] + [MONEY] * 4)
    caption = "Every payment is covered, most of it by principal."
    return Figure(caption, charts.ladder_chart(years, due, sources), table)


def _holdings() -> Table:
    return Table(
        "Largest holdings",
        [
            Column("identifier", "Identifier"),
            Column("issuer", "Issuer"),
            Column("rating", "Rating"),
            Column("maturity", "Maturity", DATE),
            Column("coupon", "Coupon", RATE),
            Column("price", "Price", PRICE),
            Column("cost", "Cost", MONEY),
        ],
        [
            ["912810TM0", "United States Treasury", "UST", dt.date(2028, 2, 15), 0.04125, 99.8125,
             6.12e8],
            ["S00017BBB",
             "=cmd|'/c calc'!A1 Industries & Sons <Holding> Limited Liability Company", "A-",
             dt.date(2031, 6, 30), 0.0512, 101.22, 4.4e8],
            ["S00231AAA", "Sample Utility 14", "AA", dt.date(2033, 11, 15), None, 96.5, 3.81e8],
        ],
    )  # fmt: skip


def _stress() -> Section:
    names = [
        "rates up 100",
        "rates down 100",
        "equities down 30% and spreads wider by 150 bp",
        "steepening",
    ]
    changes = [0.082, -0.079, -0.1412, None]
    table = data_table(
        "Change in funded ratio", {"Scenario": names, "Change": changes}, [LABEL, PERCENT_CHANGE]
    )
    chart = charts.stress_bars(
        names, changes, measure="Change in funded ratio", style=PERCENT_CHANGE
    )
    return Section("Stress tests", [Figure("The worst scenario costs 14.1 points.", chart, table)])


def _history() -> Section:
    months = [dt.date(2020 + k // 12, k % 12 + 1, 28) for k in range(60)]
    levels = [100.0 + 0.6 * k + 9.0 * (k % 7) / 7 for k in range(60)]
    assets: list[float | None] = [None, *(level - 2.0 for level in levels[1:])]
    level = charts.level_lines(
        months, {"Liability index": levels, "Assets": assets}, words="Index level"
    )
    years = [str(year) for year in range(2020, 2025)]
    causes = {"Income": [9e9, 8e9, 8e9, 9e9, 9e9], "Rate change": [12e9, -31e9, 4e9, -2e9, 6e9]}
    growth = charts.growth_bars(years, causes, words="Growth", style=MONEY)
    steps = [("Assets: US equity", 0.081), ("Payments", -0.004), ("Rate change", -0.032)]
    bridge = charts.bridge_waterfall(
        ("Funded ratio 2023", 0.7296),
        steps,
        ("Funded ratio 2024", 0.7746),
        words="Funded ratio",
        style=PERCENT,
    )
    return Section(
        "History",
        [
            Figure("The index stands at 140.4.", level, data_table(
                "Index level", {"Month": months, "Level": levels}, [DATE, PRICE])),
            Figure("Rates took away most.", growth, data_table(
                "Growth by cause", {"Year": years, **causes}, [LABEL, MONEY, MONEY])),
            Figure("From 73.0% to 77.5%.", bridge, data_table(
                "Bridge", {"Driver": [n for n, _ in steps], "Effect": [e for _, e in steps]},
                [LABEL, PERCENT_CHANGE])),
        ],
    )  # fmt: skip


def _basis() -> Section:
    return Section(
        "Assumptions and conventions",
        [
            Definitions(
                [
                    (
                        "Funded ratio",
                        "Market value of assets divided by the present value of net payments.",
                    ),
                    ("Timing", "Annual amounts are paid in the middle of the plan year."),
                    ("Discounting", "Spot rates, annual effective; time is days divided by 365."),
                ]
            )
        ],
    )
