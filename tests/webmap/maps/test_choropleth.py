"""The map's shell: what folium writes, what we write, and what nobody can write into it."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from webmap.choropleth import Choropleth, MapAssets, Paint, PaintedUnit, Picture, PlaceLabel, render

ASSETS = MapAssets("/static/1/leaflet.js", "/static/1/leaflet.css", [("paint", "/static/1/paint.js")])
PICTURE = Picture("Tiêu đề", "", "", (), (), "", "ban-do.png")


def choropleth(name: str, label: str = "Quần đảo Hoàng Sa") -> Choropleth:
    return Choropleth(
        boundaries="/boundaries/province/2025-07-01/0/0/abc.json",
        bounds=(102.0, 6.0, 117.0, 23.5),
        paints={"c0": Paint("#ffffb2")},
        units=[PaintedUnit(7, "c0", name, "1,5 %", "Mẫu: 3")],
        words={"no_data": "Không có số liệu"},
        picture=PICTURE,
        labels=[PlaceLabel(label, 16.5, 112.0)],
    )


def data_of(html: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert found
    data: dict[str, object] = json.loads(found[1])
    return data


HOSTILE = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "`${alert(1)}`",
    "{{ 7*7 }}{% raw %}",
    "\u2028\u2029",
    '"; alert(1); "',
    "<!--<script>",
    "&lt;b&gt;",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_reaches_the_map_as_plain_text(name: str) -> None:
    parts = render(choropleth(name, name), ASSETS, "n0nce")
    whole = parts.head + parts.body + parts.script
    assert data_of(parts.body)["units"] == {"7": ["c0", name, "1,5 %", "Mẫu: 3"]}
    assert whole.count("</script>") == 5  # Leaflet, ours, folium's switches, the data, the call
    assert "alert(1)" not in parts.head + parts.script
    assert "49" not in whole


@given(some.text())
def test_any_name_at_all_survives_the_data_block(name: str) -> None:
    if any(0xD800 <= ord(letter) <= 0xDFFF for letter in name):
        return
    body = render(choropleth(name), ASSETS, "n0nce").body
    assert data_of(body)["units"] == {"7": ["c0", name, "1,5 %", "Mẫu: 3"]}


def test_every_script_and_style_carries_the_nonce_and_nothing_is_inline_in_attributes() -> None:
    parts = render(choropleth("Đà Nẵng"), ASSETS, "n0nce")
    whole = parts.head + parts.body + parts.script
    for tag in re.findall(r"<(?:script|style|link)\b[^>]*>", whole):
        assert 'nonce="n0nce"' in tag
    assert not re.search(r"<[^>]+\s(style|on\w+)=", whole)


def test_folium_asks_no_other_server_for_anything() -> None:
    parts = render(choropleth("Đà Nẵng"), ASSETS, "n0nce")
    assert "http" not in parts.head + parts.body + parts.script
    assert re.findall(r'(?:src|href)="([^"]+)"', parts.head) == [
        "/static/1/leaflet.js",
        "/static/1/paint.js",
        "/static/1/leaflet.css",
    ]


def test_the_same_map_is_the_same_text() -> None:
    assert render(choropleth("Huế"), ASSETS, "a") == render(choropleth("Huế"), ASSETS, "a")


def test_no_geometry_is_in_the_page() -> None:
    assert "coordinates" not in render(choropleth("Huế"), ASSETS, "a").body
