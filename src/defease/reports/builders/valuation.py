"""What a plan owes: funded status by basis, liability by term, sensitivities and key rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.reports.builders.bases import rule_blocks
from defease.reports.builders.words import label, listed, money, percent
from defease.reports.charts import basis_bars, cash_flow_bars, key_rate_bars, sensitivity_chart
from defease.reports.document import (
    Block,
    Callout,
    Cell,
    Column,
    Definitions,
    Figure,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Table,
    Tone,
    data_table,
)
from defease.reports.formats import LABEL, MONEY, PERCENT, RATE, SHIFT, YEARS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.cashflows import YearTable
    from defease.funding import BasisValuation
    from defease.reports.formats import Format

FULLY_FUNDED, WELL_FUNDED = 1.0, 0.8


@dataclass(frozen=True)
class PublishedFigure:
    """A figure the actuary printed, beside ours on the same rate, with the reason they differ."""

    name: str
    value: float
    rate: float | None
    as_of: str
    ours: float | None
    reason: str


def valuation_tiles(lead: BasisValuation) -> KeyFigures:
    """The first numbers of the report, on the basis that leads it."""
    status, ratio = lead.status, lead.status.funded_ratio
    basis = label(lead.basis.name)
    duration = lead.headline.modified_spot_duration
    surplus_name = "Surplus" if status.surplus >= 0 else "Deficit"
    return KeyFigures(
        [
            KeyFigure("Funded ratio", ratio, PERCENT, note=f"on {basis}", tone=tone_of(ratio)),
            KeyFigure("Assets", status.assets, MONEY, note="market value"),
            KeyFigure("Liability", status.liability, MONEY, note=f"{measured(lead)}, {basis}"),
            KeyFigure(surplus_name, status.surplus, MONEY, note="assets less liability"),
            KeyFigure(
                "Modified duration", duration, YEARS, note="of the liability, annual spot rates"
            ),
        ]
    )


def tone_of(ratio: float | None) -> Tone:
    """How a funded ratio reads: full, near, or far from full."""
    if ratio is None:
        return Tone.NEUTRAL
    return Tone.GOOD if ratio >= FULLY_FUNDED else Tone.WARN if ratio >= WELL_FUNDED else Tone.BAD


def measured(valuation: BasisValuation) -> str:
    """Which payments a present value holds."""
    return "net of contributions" if valuation.status.is_net else "gross"


def status_section(valuations: Sequence[BasisValuation], currency: str) -> Section:
    """Funded status on every basis side by side."""
    table = _status_table(valuations)
    ratios = [v.status.funded_ratio for v in valuations]
    names = [label(v.basis.name) for v in valuations]
    chart = basis_bars(
        names, ratios, measure="Funded ratio", style=PERCENT, currency=currency, reference=1.0
    )
    figure = Figure(_status_caption(valuations), chart, _ratio_table(names, ratios))
    blocks = [*_status_words(valuations), table, figure, *rule_blocks(valuations)]
    return Section("Funded status on every basis", blocks)


def _status_words(valuations: Sequence[BasisValuation]) -> list[Block]:
    measure = measured(valuations[0])
    text = (
        f"The same payments, discounted at different rates. Liabilities are {measure}; a funded "
        "ratio is assets at market value divided by the liability."
    )
    blocks: list[Block] = [Paragraph(text), *_contributions_as_assets(valuations[0])]
    unclear = [label(v.basis.name) for v in valuations if v.headline.annual_yield is None]
    if unclear:
        why = (
            f"On {listed(unclear)}, the payments change sign over the years, so that a single "
            "yield and the durations taken from it are not meaningful; money figures hold."
        )
        blocks.append(Callout(why, Tone.WARN))
    return blocks


def _contributions_as_assets(lead: BasisValuation) -> list[Block]:
    """The other way to look at certain contributions: an asset, not a smaller liability."""
    ratio = lead.status.funded_ratio_contributions_as_assets
    if not lead.status.is_net or ratio is None:
        return []
    text = (
        f"Counted as an asset instead of a smaller liability, the contributions make the plan "
        f"{percent(ratio)} funded on {label(lead.basis.name)}."
    )
    return [Paragraph(text)]


def _status_table(valuations: Sequence[BasisValuation]) -> Table:
    is_net = valuations[0].status.is_net
    is_smoothed = valuations[0].status.actuarial_value is not None
    columns = [Column("basis", "Basis"), Column("gross", "Gross", MONEY)]
    columns += [Column("net", "Net", MONEY)] if is_net else []
    columns += [
        Column("yield", "Yield", RATE),
        Column("duration", "Mod. duration", YEARS),
        Column("ratio", "Funded ratio", PERCENT),
        Column("surplus", "Surplus", MONEY),
    ]
    if is_smoothed:
        columns.append(Column("actuarial", "Funded ratio, actuarial value", PERCENT))
    rows: list[list[Cell]] = []
    for v in valuations:
        liability: list[Cell] = [v.gross.present_value]
        liability += [v.net.present_value] if is_net else []
        risk: list[Cell] = [v.headline.annual_yield, v.headline.modified_spot_duration]
        status: list[Cell] = [v.status.funded_ratio, v.status.surplus]
        status += [v.status.funded_ratio_actuarial] if is_smoothed else []
        rows.append([label(v.basis.name), *liability, *risk, *status])
    note = (
        "Gross: benefits and expenses. Net: less contributions. Yield: the single annual effective "
        "rate that gives the same value (single equivalent rate, effective interest rate). "
        "Modified duration: for a parallel shift of annual spot rates."
    )
    return Table("Liability and funded status", columns, rows, note=note)


def _status_caption(valuations: Sequence[BasisValuation]) -> str:
    rated = [(v.status.funded_ratio, label(v.basis.name)) for v in valuations]
    known = [(ratio, name) for ratio, name in rated if ratio is not None]
    if not known:
        return "No basis gives a liability large enough for a funded ratio."
    (low, low_name), (high, high_name) = min(known), max(known)
    if len(known) == 1:
        return f"The plan is {percent(low)} funded on {low_name}."
    return (
        f"Funded ratios run from {percent(low)} on {low_name} to {percent(high)} on {high_name}; "
        "the line marks 100%."
    )


def _ratio_table(names: Sequence[str], ratios: Sequence[float | None]) -> Table:
    columns = {"Basis": names, "Funded ratio": ratios}
    return data_table("Funded ratio by basis", columns, [LABEL, PERCENT])


def structure_section(lead: BasisValuation, years: YearTable, currency: str) -> Section:
    """What is owed when: payments by year, and the liability by term bucket."""
    return Section(
        "What is owed, and when", [_cash_flow_figure(years, currency), _bucket_table(lead)]
    )


def _cash_flow_figure(years: YearTable, currency: str) -> Figure:
    outgo = {"benefits": years.benefits.tolist()}
    if years.expenses.any():
        outgo["expenses"] = years.expenses.tolist()
    paid_in = years.contributions.tolist() if years.contributions.any() else None
    labels = years.labels.tolist()
    chart = cash_flow_bars(labels, outgo, contributions=paid_in, currency=currency)
    total = years.benefits + years.expenses
    peak = int(total.argmax())
    caption = (
        f"Payments total {money(float(total.sum()), currency)} over {len(labels)} years; the "
        f"largest year is {labels[peak]} with {money(float(total[peak]), currency)}."
    )
    columns = {"Year": labels, **outgo, **({"contributions": paid_in} if paid_in else {})}
    styles = [LABEL, *[MONEY] * (len(columns) - 1)]
    return Figure(caption, chart, data_table("Payments by year", columns, styles))


def _bucket_table(lead: BasisValuation) -> Table:
    columns = [
        Column("term", "Due in"),
        Column("future_value", "Future value", MONEY),
        Column("present_value", "Present value", MONEY),
        Column("share", "Share", PERCENT),
        Column("yield", "Yield", RATE),
        Column("duration", "Macaulay duration", YEARS),
    ]
    rows: list[list[Cell]] = [
        [
            _term(bucket.from_year, bucket.to_year),
            bucket.future_value,
            bucket.present_value,
            bucket.share,
            bucket.annual_yield,
            bucket.macaulay_duration,
        ]
        for bucket in lead.buckets
    ]
    whole = lead.headline
    share = 1.0 if whole.modified_spot_duration is not None else None
    rows.append(
        [
            "All",
            whole.future_value,
            whole.present_value,
            share,
            whole.annual_yield,
            whole.macaulay_duration,
        ]
    )
    title = f"Liability by term, {measured(lead)}, {label(lead.basis.name)}"
    return Table(
        title, columns, rows, totals=[-1], note="A bucket holds from <= time < to, in years."
    )


def _term(start: float, end: float | None) -> str:
    return f"{start:g} years on" if end is None else f"{start:g} to {end:g} years"


def sensitivity_section(valuations: Sequence[BasisValuation]) -> Section:
    """What parallel moves of rates do to the funded ratio, the assets left as they are."""
    shifts = [s.shift_bp for s in valuations[0].sensitivities]
    series = {
        label(v.basis.name): [v.funded_ratio_after(s) for s in v.sensitivities] for v in valuations
    }
    lead = valuations[0]
    columns = [Column("shift", "Shift of rates", SHIFT), Column("liability", "Liability", MONEY)]
    columns += [Column("change", "Change", MONEY), Column("estimate", "By duration", MONEY)]
    columns += [Column("ratio", "Funded ratio", PERCENT)]
    rows: list[list[Cell]] = [
        [s.shift_bp, s.present_value, s.change, s.duration_estimate, lead.funded_ratio_after(s)]
        for s in lead.sensitivities
    ]
    note = (
        "Every payment revalued after a parallel shift of annual spot rates; assets unchanged. "
        "By duration: what duration alone would have predicted."
    )
    blocks: list[Block] = [
        Table(f"Rate sensitivity, {label(lead.basis.name)}", columns, rows, note=note)
    ]
    if any(ratio is not None for ratios in series.values() for ratio in ratios):
        chart = sensitivity_chart(shifts, series, measure="Funded ratio", style=PERCENT)
        data = data_table(
            "Funded ratio by shift", {"Shift, bp": shifts, **series}, _ratio_styles(series)
        )
        blocks.insert(0, Figure(_sensitivity_caption(lead), chart, data))
    return Section("What moves the liability", [*blocks, *key_rate_blocks(lead)])


def _ratio_styles(series: dict[str, list[float | None]]) -> list[Format]:
    return [LABEL, *[PERCENT] * len(series)]


def _sensitivity_caption(lead: BasisValuation) -> str:
    down = next((s for s in lead.sensitivities if s.shift_bp == -100), None)
    if down is None or lead.funded_ratio_after(down) is None:
        return "The funded ratio after parallel shifts of rates, assets unchanged."
    return (
        f"If rates fell by 100 bp and assets stood still, the funded ratio on "
        f"{label(lead.basis.name)} would be {percent(lead.funded_ratio_after(down))} "
        f"instead of {percent(lead.status.funded_ratio)}."
    )


def key_rate_blocks(lead: BasisValuation) -> list[Block]:
    """Where on the curve the liability's rate risk lies."""
    durations = lead.headline.key_rate_durations
    if durations is None:
        return []
    tenors = lead.headline.key_rate_tenors.tolist()
    values = durations.tolist()
    largest = int(durations.argmax())
    chart = key_rate_bars(tenors, {"liability": values})
    caption = (
        f"The largest share of the rate risk, {values[largest]:.2f} of "
        f"{lead.headline.modified_spot_duration:.2f} years, sits at {tenors[largest]:g} years."
    )
    data = data_table("Key rate durations", {"Tenor": tenors, "Duration": values}, [LABEL, YEARS])
    return [Figure(caption, chart, data)]


def published_section(figures: Sequence[PublishedFigure]) -> Section:
    """The actuary's printed figures beside ours, with the reason they differ."""
    columns = [
        Column("name", "Published figure"),
        Column("value", "Published", MONEY),
        Column("rate", "Rate", RATE),
        Column("ours", "Ours", MONEY),
        Column("difference", "Difference", MONEY),
    ]
    rows: list[list[Cell]] = [
        [f.name, f.value, f.rate, f.ours, None if f.ours is None else f.ours - f.value]
        for f in figures
    ]
    reasons = Definitions([(f.name, f.reason) for f in figures])
    table = Table("Published figures and ours", columns, rows)
    return Section("Beside the published figures", [table, reasons])
