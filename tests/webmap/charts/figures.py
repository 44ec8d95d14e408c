"""Figures of every kind, as pages make them, and a page of the application that shows them."""

from __future__ import annotations

from datetime import date

from flask import Flask, render_template_string
from flask_babel import gettext

from webmap.charts import (
    Bar,
    Distribution,
    Figure,
    LimitLine,
    LimitScatter,
    LimitSpan,
    Line,
    Measured,
    Ranking,
    Reference,
    TimeSeries,
    YearValue,
)

TODAY = date(2025, 6, 1)
NAMES = ["Hà Nội", "Thành phố Hồ Chí Minh", "Thừa Thiên Huế", "Bà Rịa - Vũng Tàu", "Đắk Lắk", "Nghệ An"]


def time_series() -> TimeSeries:
    """A province without a value in 2021, and the nation."""
    shares = {2018: 9.5, 2019: 12.25, 2020: 11.0, 2021: None, 2022: 8.0, 2023: 7.25, 2024: 6.5}
    own = [
        YearValue(year, share, f"{year}: {share} %", *(() if share is None else (share - 2, share + 2.5)))
        for year, share in shares.items()
    ]
    nation = [YearValue(year, 10.0 - (year - 2018) / 4, f"{year}") for year in shares]
    return TimeSeries(
        label="Tỷ lệ mẫu vượt giới hạn, 2018 đến 2024",
        table="numbers-caption",
        unit="%",
        lines=[Line("Đắk Lắk", own), Line("Cả nước", nation, comparison=True)],
    )


def ranking(count: int = 6) -> Ranking:
    """Provinces in the order of their value; the last has none."""
    bars = [
        Bar(
            f"{NAMES[place % 6]}{'' if place < 6 else f' {place}'}",
            None if place == count - 1 else 1234.5 / (place + 1),
            "không có số liệu" if place == count - 1 else f"{1234.5 / (place + 1):.1f}".replace(".", ","),
            f"Dòng {place}",
            low=1100 / (place + 1),
            high=1400 / (place + 1),
            href=f"/units/{place}",
            chosen=place == 2,
        )
        for place in range(count)
    ]
    return Ranking(
        label="Tần suất tai nạn theo tỉnh",
        table="numbers-caption",
        unit="‰",
        bars=bars,
        references=[Reference("Cả nước", 500, "500")],
    )


def distribution() -> Distribution:
    """Units by the height of their value."""
    return Distribution(
        label="Số tỉnh theo tần suất",
        table="numbers-caption",
        unit="số tỉnh",
        edges=[0, 0.5, 1, 2, 4],
        written_edges=["0", "0,5", "1", "2", "4"],
        counts=[12, 20, 0, 2],
        texts=["0 đến dưới 0,5: 12 tỉnh", "0,5 đến dưới 1: 20 tỉnh", "1 đến dưới 2: 0 tỉnh", "2 đến 4: 2 tỉnh"],
        references=[Reference("Cả nước", 0.75, "0,75")],
    )


def limit_scatter(**changed: object) -> LimitScatter:
    """Dust before and after a regulation; no limit was in force in 2018."""
    given: dict[str, object] = {
        "label": "Bụi hô hấp, TWA: 5 lần đo, 1 lần vượt giới hạn",
        "table": "numbers-caption",
        "unit": "mg/m³",
        "readings": [
            Measured(date(2018, 5, 1), 3.5, "cannot_judge", "01/05/2018: 3,5 mg/m³"),
            Measured(date(2019, 3, 2), 3.75, "pass", "02/03/2019: 3,75 mg/m³ (trong giới hạn)"),
            Measured(date(2020, 6, 1), 3.75, "exceeds", "01/06/2020: 3,75 mg/m³ (vượt giới hạn)"),
            Measured(date(2023, 6, 1), 1.0, "pass", "01/06/2023: 1 mg/m³"),
            Measured(date(2024, 6, 1), 0.1, "pass", "01/06/2024: < 0,1 mg/m³", not_detected=True),
        ],
        "limits": [
            LimitLine(
                "Giới hạn",
                [
                    LimitSpan(date(2002, 1, 1), date(2018, 7, 1), 6.0, "QĐ 3733/2002/QĐ-BYT"),
                    LimitSpan(date(2019, 1, 1), date(2019, 9, 22), 4.0, "QĐ 3733/2002/QĐ-BYT"),
                    LimitSpan(date(2019, 9, 22), None, 2.0, "QCVN 02:2019/BYT"),
                ],
            )
        ],
        "today": TODAY,
        **changed,
    }
    return LimitScatter(**given)  # type: ignore[arg-type]


PAGE = """
{% extends "base.html" %}
{% from "_chart.html" import chart, chart_assets %}
{% block title %}Charts{% endblock %}
{% block head %}{{ super() }}{{ chart_assets() }}{% endblock %}
{% block content %}
{% for figure in figures %}<h2>{{ figure.label }}</h2>{{ chart(figure) }}{% endfor %}
<table><caption id="numbers-caption">The same numbers</caption></table>
{% endblock %}
"""


def show(app: Flask, figures: dict[str, Figure]) -> Flask:
    """Give ``app`` a page of figures, ``/figures/<name>``, made with the mechanism that every page uses."""

    @app.get("/figures/<name>")
    def shown(name: str) -> str:
        assert gettext("Limit")
        return render_template_string(PAGE, figures=[figures[one] for one in name.split("+")])

    return app
