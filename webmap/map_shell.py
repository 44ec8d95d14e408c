"""folium's part of a map: the container, Leaflet and its options, and one element of ours.

Importing folium takes two to three seconds, so only :func:`webmap.choropleth.draw` imports this, when it is called.
"""

from __future__ import annotations

import folium
from branca.element import Element, Figure
from folium.elements import JSCSSMixin
from folium.template import Template

from webmap.choropleth import PART_END, MapAssets


class Parts(Figure):
    """What folium takes for its whole page, written as three parts: for the head, the place of the map, the end."""

    _template = Template(
        "{{ this.header.render(**kwargs) }}"
        + PART_END
        + "{{ this.html.render(**kwargs) }}"
        + PART_END
        + "<script>{{ this.script.render(**kwargs) }}</script>"
    )

    def __init__(self) -> None:
        super().__init__()
        # Without the charset line: the page has its own.
        self.header = Element()


class Shell(folium.Map):
    """folium's map with only Leaflet, from this server, and as a part of a page instead of a page.

    The original header forbids zooming the page on a phone and makes every page as high as its window.
    """

    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <script>
                L_NO_TOUCH = {{ this.global_switches.no_touch|tojson }};
                L_DISABLE_3D = {{ this.global_switches.disable_3d|tojson }};
            </script>
        {% endmacro %}
        {% macro html(this, kwargs) %}
            <div class="folium-map" id={{ this.get_name()|tojson }}></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
                center: {{ this.location|tojson }},
                crs: L.CRS.{{ this.crs }},
                ...{{ this.options|tojavascript }}
            });
        {% endmacro %}
        """
    )

    def __init__(self, assets: MapAssets, name: str) -> None:
        super().__init__(
            # Any view will do until the script fits the map to its bounds.
            location=[0, 0],
            zoom_start=3,
            tiles=None,
            prefer_canvas=True,
            zoom_control=False,
            attribution_control=False,
            # Quarter steps let the country fill its frame on a phone and on a wall.
            zoom_snap=0.25,
            zoom_delta=0.5,
            # folium keeps ``max_zoom`` for its tiles; in Leaflet's own spelling it reaches the map.
            maxZoom=13,
        )
        self.default_js = [("leaflet", assets.leaflet_js), *assets.scripts]
        self.default_css = [("leaflet_css", assets.leaflet_css)]
        # The same question gives the same page: no random name in it.
        self._id = name
        self.parts = Parts()
        self.parts.add_child(self)


class PaintedBoundaries(JSCSSMixin):
    """Our one element: gives the map to the script that fetches the boundaries and paints them."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            gisdbMap.attach({{ this._parent.get_name() }}, {{ this.data_id|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, data_id: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "PaintedBoundaries"
        self._id = data_id
        self.data_id = data_id
