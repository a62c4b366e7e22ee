"""Charts of a history: index levels by month, growth by cause, the bridge between two dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.reports.charts.style import (
    DASHES,
    NEGATIVE,
    PALETTE,
    axis_money,
    columns_of,
    framed,
    label_of,
    name_axis,
    scaled,
    series_color,
    value_axis,
    zero_rule,
)
from defease.reports.formats import Format, Kind, shown
from defease.reports.values import plain_numbers

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from defease.reports.charts.style import Layer, Row
    from defease.reports.document import Spec

HEIGHT = 300
LONG_YEARS, SHORT_YEARS = 4.0, 0.5
LEVEL = Format(Kind.NUMBER, 1)


def level_lines(
    dates: Sequence[dt.date],
    series: Mapping[str, Iterable[object]],
    *,
    words: str,
    style: Format = LEVEL,
    currency: str = "USD",
) -> Spec:
    """One measure by date, a line for each series; missing values leave a gap."""
    columns = columns_of(series, len(dates))
    axis = axis_money([v for values in columns.values() for v in values], style)
    rows: list[Row] = [
        {"date": day.isoformat(), "series": name, "value": scaled(values[k], axis)}
        for name, values in columns.items()
        for k, day in enumerate(dates)
    ]
    names = list(columns)
    color = series_color(names)
    color["legend"] |= {"symbolType": "stroke", "symbolSize": 500}
    scale = {"domain": names, "range": DASHES[: len(names)]}
    line: Layer = {
        "mark": {"type": "line", "strokeWidth": 2.2},
        "encoding": {
            "x": _time_axis(dates),
            "y": {
                "field": "value",
                "type": "quantitative",
                "axis": value_axis(words, axis, currency=currency),
                "scale": {"zero": False, "nice": 6},
            },
            "color": color,
            "strokeDash": {"field": "series", "type": "nominal", "scale": scale},
        },
    }
    return framed(f"{words} by month", data=rows, layers=[line], height=HEIGHT)


def _date_format(years: float) -> str:
    """Years of a long history, months of a short one, days of a few months."""
    if years > LONG_YEARS:
        return "%Y"
    return "%b %Y" if years > SHORT_YEARS else "%d %b"


def _time_axis(dates: Sequence[dt.date]) -> Row:
    years = (dates[-1] - dates[0]).days / 365.25 if dates else 0.0
    return {
        "field": "date",
        "type": "temporal",
        "scale": {"type": "utc"},
        "axis": {
            "title": None,
            "format": _date_format(years),
            "tickCount": 8,
            "labelOverlap": True,
            "labelSeparation": 8,
        },
    }


def growth_bars(
    periods: Sequence[str],
    causes: Mapping[str, Iterable[object]],
    *,
    words: str,
    style: Format,
    currency: str = "USD",
) -> Spec:
    """Growth of each period by cause: gains stacked upward, losses downward."""
    columns = columns_of(causes, len(periods))
    axis = axis_money([v for values in columns.values() for v in values], style)
    rows: list[Row] = [
        {"period": period, "series": name, "order": order, "value": scaled(values[k], axis)}
        for order, (name, values) in enumerate(columns.items())
        for k, period in enumerate(periods)
    ]
    step = max(1, -(-len(periods) // 12))
    bars: Layer = {
        "mark": {"type": "bar"},
        "encoding": {
            "x": {
                "field": "period",
                "type": "ordinal",
                "sort": list(periods),
                "axis": {
                    "title": None,
                    "values": list(periods[::step]),
                    "labelAngle": 0,
                    "labelOverlap": True,
                    "labelSeparation": 6,
                },
            },
            "y": {
                "field": "value",
                "type": "quantitative",
                "stack": "zero",
                "axis": value_axis(words, axis, currency=currency),
            },
            "color": series_color(list(columns)),
            "order": {"field": "order", "type": "quantitative"},
        },
    }
    return framed(f"{words} by period", data=rows, layers=[bars, zero_rule("y")], height=HEIGHT)


def bridge_waterfall(
    opening: tuple[str, float],
    steps: Sequence[tuple[str, float]],
    closing: tuple[str, float],
    *,
    words: str,
    style: Format,
    currency: str = "USD",
) -> Spec:
    """From one figure to the next, driver by driver: each bar begins where the one above ended."""
    names = [opening[0], *(name for name, _ in steps), closing[0]]
    rows = _bridge_rows(opening, steps, closing, style=style, currency=currency)
    axis = axis_money([row["raw"] for row in rows], style)
    for row in rows:
        row |= {key: scaled(row[key], axis) for key in ("start", "end", "right")}
        del row["raw"]
    color = {
        "field": "role",
        "type": "nominal",
        "scale": {"domain": ["end", "up", "down"], "range": [PALETTE[0], PALETTE[2], NEGATIVE]},
        "legend": None,
    }
    y = name_axis(names)
    room = 14 + 7 * max(len(row["label"]) for row in rows)
    x: Row = {
        "field": "start",
        "type": "quantitative",
        "axis": {**value_axis(words, axis, currency=currency), "labelBound": True},
        "scale": _room_for_labels(rows, room),
    }
    bars: Layer = {
        "mark": {"type": "bar", "height": {"band": 0.62}},
        "encoding": {"x": x, "x2": {"field": "end"}, "y": y, "color": color},
    }
    text: Layer = {
        "mark": {"type": "text", "align": "left", "dx": 6, "baseline": "middle"},
        "encoding": {
            "x": {"field": "right", "type": "quantitative"},
            "y": y,
            "text": {"field": "label"},
        },
    }
    height = 62 + 32 * len(names)
    return framed(f"{words}, driver by driver", data=rows, layers=[bars, text], height=height)


def _room_for_labels(rows: Sequence[Row], room: int) -> Row:
    low = min(0.0, *(min(row["start"], row["end"]) for row in rows))
    high = max(row["right"] for row in rows)
    extra = f"({high} - {low}) * {room} / max(40, width - {room})"
    return {"nice": False, "domainMin": low, "domainMax": {"expr": f"{high} + {extra}"}}


def _bridge_rows(
    opening: tuple[str, float],
    steps: Sequence[tuple[str, float]],
    closing: tuple[str, float],
    *,
    style: Format,
    currency: str,
) -> list[Row]:
    """Totals stand on zero; each driver hangs where the one above it ended."""
    changes = plain_numbers([change for _, change in steps], where="chart of the bridge")
    signed = Format(style.kind, style.digits, style.scale, signed=True)
    first = shown(opening[1], style, currency=currency)
    last = shown(closing[1], style, currency=currency)
    rows = [_row(opening[0], (0.0, opening[1]), "end", first)]
    level = opening[1]
    for (name, _), change in zip(steps, changes, strict=True):
        moved = change or 0.0
        words = shown(change, signed, currency=currency)
        rows.append(_row(name, (level, level + moved), "down" if moved < 0 else "up", words))
        level += moved
    rows.append(_row(closing[0], (0.0, closing[1]), "end", last))
    return rows


def _row(name: str, span: tuple[float, float], role: str, label: str) -> Row:
    return {
        "name": label_of(name),
        "start": span[0],
        "end": span[1],
        "right": max(span),
        "raw": max(abs(span[0]), abs(span[1])),
        "role": role,
        "label": label,
    }
