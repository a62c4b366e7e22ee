"""Charts over years, maturities or shifts: payments, projections, curves, sensitivities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.reports.charts.style import (
    DASHES,
    INK,
    PALETTE,
    axis_money,
    columns_of,
    framed,
    scaled,
    series_color,
    value_axis,
    year_axis,
    zero_rule,
)
from defease.reports.formats import MONEY, PERCENT
from defease.reports.values import plain_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from defease.reports.charts.style import Layer, Row
    from defease.reports.document import Spec
    from defease.reports.formats import Format

_HEIGHT = 300
_DUE = "payments due"
_AHEAD = "Years from settlement"


def cash_flow_bars(
    years: Sequence[int],
    outgo: Mapping[str, Iterable[object]],
    *,
    contributions: Iterable[object] | None = None,
    currency: str = "USD",
    words: str = "Paid out (up) and paid in (down)",
) -> Spec:
    """Payments by year stacked upward (by kind or group), contributions below the zero line."""
    given = dict(outgo) if contributions is None else {**outgo, "contributions": contributions}
    columns = columns_of(given, len(years))
    if contributions is not None:
        columns["contributions"] = [None if v is None else -v for v in columns["contributions"]]
    axis = axis_money(_all(columns), MONEY)
    y: Row = {"axis": value_axis(words, axis, currency=currency), "stack": "zero"}
    # both directions are amounts: the side of the line tells them apart, not a sign
    y["axis"]["labelExpr"] = y["axis"]["labelExpr"].replace("'-'", "''")
    bars = _year_bars(series_color(list(columns)), y)
    rows = _long_rows("year", years, columns, axis)
    return framed(
        "Payments by year", data=rows, layers=[_x(bars, years), zero_rule("y")], height=_HEIGHT
    )


def ladder_chart(
    years: Sequence[int],
    payments: Iterable[object],
    sources: Mapping[str, Iterable[object]],
    *,
    currency: str = "USD",
) -> Spec:
    """What pays each year's payments: sources as stacked bars, payments due as a line."""
    columns = columns_of(sources, len(years))
    due = plain_numbers(payments, where="chart series 'payments'")
    axis = axis_money([*_all(columns), *due], MONEY)
    y = {"axis": value_axis("Amount a year", axis, currency=currency), "stack": "zero"}
    colors = [PALETTE[4], PALETTE[0], PALETTE[1], *PALETTE[2:4], *PALETTE[5:]][: len(columns)]
    color = series_color([*columns, _DUE], [*colors, INK])
    color["legend"]["symbolType"] = "square"
    owed: list[Row] = [
        {"year": year, "value": scaled(v, axis), "series": _DUE}
        for year, v in zip(years, due, strict=True)
    ]
    line: Layer = {
        "data": {"values": owed},
        "mark": {
            "type": "line",
            "strokeWidth": 1.6,
            "point": {"size": 22},
        },
        "encoding": {
            "y": {"field": "value", "type": "quantitative"},
            "color": color,
        },
    }
    layers = [_x(_year_bars(color, y), years), _x(line, years)]
    return framed(
        "What pays each year's payments",
        data=_long_rows("year", years, columns, axis),
        layers=layers,
        height=_HEIGHT,
    )


def exhaustion_lines(
    years: Sequence[int],
    paths: Mapping[str, Iterable[object]],
    *,
    currency: str = "USD",
    words: str = "Assets at the end of the year",
) -> Spec:
    """Assets by year on each return path, with the zero line at which they are exhausted."""
    columns = columns_of(paths, len(years))
    axis = axis_money(_all(columns), MONEY)
    y = value_axis(words, axis, currency=currency)
    rows = _long_rows("year", years, columns, axis)
    x = {"title": "Plan year", "format": "d", "tickCount": 8, "labelSeparation": 8}
    layers = [_lines("year", list(columns), x=x, y=y), zero_rule("y")]
    return framed("Assets by year", data=rows, layers=layers, height=_HEIGHT)


def curve_lines(
    maturities: Sequence[float],
    rates: Mapping[str, Iterable[object]],
    *,
    words: str = "Spot rate, annual effective",
) -> Spec:
    """Rates by maturity on each basis, in percent."""
    columns = columns_of(rates, len(maturities))
    rows = _long_rows("maturity", maturities, columns, PERCENT)
    x = {"title": "Maturity, years", "tickCount": 8}
    lines = _lines("maturity", list(columns), x=x, y=value_axis(words, PERCENT, currency=""))
    return framed("Rates by maturity", data=rows, layers=[lines], height=_HEIGHT)


def sensitivity_chart(
    shifts_bp: Sequence[float],
    series: Mapping[str, Iterable[object]],
    *,
    measure: str,
    style: Format,
    currency: str = "USD",
) -> Spec:
    """One measure against a parallel shift of rates, a line for each basis."""
    columns = columns_of(series, len(shifts_bp))
    axis = axis_money(_all(columns), style)
    rows = _long_rows("shift", shifts_bp, columns, axis)
    x = {
        "title": "Shift of rates, bp",
        "values": list(shifts_bp),
        "labelExpr": "(datum.value > 0 ? '+' : datum.value < 0 ? '-' : '') + abs(datum.value)",
        "labelSeparation": 8,
    }
    lines = _lines("shift", list(columns), x=x, y=value_axis(measure, axis, currency=currency))
    lines["mark"]["point"] = {"filled": True, "size": 46}
    return framed(f"{measure} against a shift of rates", data=rows, layers=[lines], height=_HEIGHT)


def horizon_lines(
    years: Sequence[float],
    series: Mapping[str, Iterable[object]],
    *,
    words: str,
    style: Format = MONEY,
    currency: str = "USD",
    marked: tuple[str, float] | None = None,
) -> Spec:
    """A measure against years from settlement; `marked` draws a named level across."""
    columns = columns_of(series, len(years))
    level = [] if marked is None else [marked[1]]
    axis = axis_money([*_all(columns), *level], style)
    y = value_axis(words, axis, currency=currency)
    lines = _lines("years", list(columns), x={"title": _AHEAD, "tickCount": 8}, y=y)
    lines["encoding"]["x"]["scale"] = {"zero": True, "nice": False}
    layers = [lines, zero_rule("y")]
    if marked is not None:
        layers += _marked_level(marked[0], scaled(float(marked[1]), axis))
    rows = _long_rows("years", years, columns, axis)
    return framed(f"{words} by years from settlement", data=rows, layers=layers, height=_HEIGHT)


def _marked_level(words: str, level: float | None) -> list[Layer]:
    """A dashed line at one level, named at its left end above it."""
    data = {"values": [{"level": level, "words": words, "start": 0}]}
    y = {"field": "level", "type": "quantitative"}
    rule: Layer = {
        "data": data,
        "mark": {"type": "rule", "color": INK, "strokeDash": [4, 3], "strokeWidth": 1.2},
        "encoding": {"y": y},
    }
    text: Layer = {
        "data": data,
        "mark": {"type": "text", "align": "left", "baseline": "bottom", "dx": 6, "dy": -3},
        "encoding": {
            "x": {"field": "start", "type": "quantitative"},
            "y": y,
            "text": {"field": "words"},
        },
    }
    return [rule, text]


def share_lines(
    shares: Sequence[float], series: Mapping[str, Iterable[object]], *, across: str, words: str
) -> Spec:
    """Shares against a share, both in percent; each line in the order its points are given."""
    columns = columns_of(series, len(shares))
    across_in_percent = [scaled(share, PERCENT) or 0.0 for share in shares]
    rows = _long_rows("share", across_in_percent, columns, PERCENT)
    x = {
        "title": f"{across}, percent",
        "tickCount": 6,
        "labelExpr": "format(datum.value, ',~f') + '%'",
        "labelSeparation": 8,
    }
    lines = _lines("share", list(columns), x=x, y=value_axis(words, PERCENT, currency=""))
    lines["encoding"]["x"]["scale"] = lines["encoding"]["y"]["scale"] = {"zero": True, "nice": True}
    return framed(f"{words} by {across}", data=rows, layers=[lines], height=_HEIGHT)


def implied_rate_lines(
    years: Sequence[float],
    forwards: tuple[str, Iterable[object]],
    lines: Mapping[str, Iterable[object]],
    *,
    words: str = "Rate, annual effective",
    highest: float | None = None,
) -> Spec:
    """Forward rates as steps, each over the period it ends, and other rates as lines.

    What lies above `highest` is cut off.
    """
    name, values = forwards
    steps = columns_of({name: values}, len(years))
    columns = columns_of(lines, len(years))
    y = value_axis(words, PERCENT, currency="")
    drawn = _lines("years", [*columns, name], x={"title": _AHEAD, "tickCount": 8}, y=y)
    drawn["encoding"]["x"]["scale"] = {"zero": True, "nice": False}
    drawn["mark"]["clip"] = True
    if highest is not None:
        drawn["encoding"]["y"]["scale"] = {"zero": True, "domainMax": scaled(highest, PERCENT)}
    from_start = {name: [*steps[name][:1], *steps[name]]}
    stepped = {
        **drawn,
        "mark": {**drawn["mark"], "strokeWidth": 1.4, "interpolate": "step-before"},
        "data": {"values": _long_rows("years", [0.0, *years], from_start, PERCENT)},
    }
    return framed(
        "Implied rates by years from settlement",
        data=_long_rows("years", years, columns, PERCENT),
        layers=[stepped, drawn],
        height=_HEIGHT,
    )


def before_after_bars(
    years: Sequence[int],
    bars: Mapping[str, Iterable[object]],
    due: Iterable[object],
    *,
    currency: str = "USD",
    words: str = "Amount a year",
) -> Spec:
    """Bars beside each other by year, such as receipts before and after, and payments as a line."""
    columns = columns_of(bars, len(years))
    owed = columns_of({_DUE: due}, len(years))
    axis = axis_money([*_all(columns), *_all(owed)], MONEY)
    color = series_color([*columns, _DUE], [PALETTE[4], PALETTE[0], *PALETTE[1:4]][: len(columns)])
    color["scale"]["range"] = [*color["scale"]["range"][: len(columns)], INK]
    color["legend"]["symbolType"] = "square"
    y = {"axis": value_axis(words, axis, currency=currency), "stack": None}
    layer = _year_bars(color, y)
    layer["encoding"]["xOffset"] = {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": list(columns)},
    }
    line: Layer = {
        "data": {"values": _long_rows("year", years, owed, axis)},
        "mark": {"type": "line", "strokeWidth": 1.6, "point": {"size": 22}},
        "encoding": {"y": {"field": "value", "type": "quantitative"}, "color": color},
    }
    return framed(
        "Receipts before and after, and payments due",
        data=_long_rows("year", years, columns, axis),
        layers=[_x(layer, years), _x(line, years), zero_rule("y")],
        height=_HEIGHT,
    )


def _long_rows(
    key: str,
    positions: Sequence[float] | Sequence[int],
    columns: Mapping[str, Sequence[float | None]],
    axis: Format,
) -> list[Row]:
    """One row a point, in the units of the axis."""
    order = {name: index for index, name in enumerate(columns)}
    return [
        {key: position, "series": name, "order": order[name], "value": scaled(values[index], axis)}
        for name, values in columns.items()
        for index, position in enumerate(_plain_positions(positions))
    ]


def _plain_positions(positions: Sequence[float] | Sequence[int]) -> list[float | int]:
    """Axis positions as plain numbers, whole ones as integers."""
    found = [value or 0.0 for value in plain_numbers(positions, where="chart axis")]
    return [int(value) if value.is_integer() else value for value in found]


def _all(columns: Mapping[str, Sequence[float | None]]) -> list[float | None]:
    return [value for values in columns.values() for value in values]


def _year_bars(color: Row, y: Row) -> Layer:
    encoding = {
        "y": {"field": "value", "type": "quantitative", **y},
        "color": color,
        "order": {"field": "order", "type": "quantitative"},
    }
    return {"mark": {"type": "bar"}, "encoding": encoding}


def _x(layer: Layer, years: Sequence[int]) -> Layer:
    """The layer with the axis of years."""
    plain_years = [int(year) for year in years]
    axis = year_axis(plain_years, title="Year")
    layer["encoding"]["x"] = {"field": "year", "type": "ordinal", "axis": axis}
    return layer


def _lines(field: str, names: Sequence[str], *, x: Row, y: Row) -> Layer:
    dash = {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": list(names), "range": DASHES[: len(names)]},
    }
    color = series_color(names)
    color["legend"] |= {"symbolType": "stroke", "symbolSize": 500}
    return {
        "mark": {"type": "line", "strokeWidth": 2.2},
        "encoding": {
            "x": {
                "field": field,
                "type": "quantitative",
                "axis": {"labelOverlap": True, **x},
                "scale": {"zero": False, "nice": False},
            },
            "y": {
                "field": "value",
                "type": "quantitative",
                "axis": y,
                "scale": {"zero": False, "nice": 6},
            },
            "color": color,
            "strokeDash": dash,
        },
    }
