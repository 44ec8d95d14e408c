/* The one layer that the server's map shell asks for: boundaries come by themselves (immutable, cached),
   the page carries only what each unit is worth. Everything shown is set as text, never as markup. */
(function () {
  "use strict";

  const BORDER = { color: "#5d5d5d", weight: 0.6, opacity: 1, fillOpacity: 1 };
  // Where thousands of areas share the frame, lines of that weight would hide the colours.
  const FINE = { ...BORDER, weight: 0.25 };
  const MANY = 500;
  const CHOSEN = { color: "#111111", weight: 2.6, opacity: 1 };
  const POINT_BORDER = { color: "#1f1f1f", weight: 1, opacity: 1, fillOpacity: 0.85 };

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function card(title, lines, link) {
    const box = element("div", "map-card");
    box.append(element("strong", "", title));
    for (const line of lines) if (line) box.append(element("div", "", line));
    if (link) {
      const anchor = element("a", "", link.text);
      anchor.href = link.href;
      box.append(anchor);
    }
    return box;
  }

  function announce(kind, id, on) {
    document.dispatchEvent(new CustomEvent("gisdb:" + kind, { detail: { id: String(id), on } }));
  }

  class Choropleth {
    constructor(map, data) {
      this.map = map;
      this.data = data;
      this.layers = new Map();
      this.features = [];
      // A finger has no hover: its first touch shows the card, the card's link opens the page.
      this.touch = window.matchMedia("(hover: none)").matches;
      this.renderer = new gisdbMap.paint.Renderer({ padding: 0.3, tolerance: this.touch ? 6 : 0 });
    }

    start() {
      const map = this.map, words = this.data.words;
      L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
      L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
      map.on("moveend resize", () => this.remember());
      if (this.data.bounds) this.frame(this.data.bounds);
      if (this.data.tiles) L.tileLayer(this.data.tiles).addTo(map);
      this.drawLabels();
      document.addEventListener("gisdb:row", (event) => this.choose(event.detail.id, event.detail.on));
      return this.load();
    }

    frame(bounds) {
      this.map.fitBounds(bounds, { padding: [8, 8], animate: false });
      this.map.setMinZoom(Math.max(0, this.map.getZoom() - 1));
    }

    /* Whatever is shown at first, all of it can be reached. */
    reach(bounds) {
      const least = this.map.getMinZoom();
      // Leaflet answers no zoom below the least.
      this.map.setMinZoom(0);
      this.map.setMinZoom(Math.min(least, this.map.getBoundsZoom(bounds)));
    }

    /* What is on the screen now: on paper the map itself is hidden and has no size to ask for. */
    remember() {
      const size = this.map.getSize();
      if (size.x && size.y) this.view = { bounds: this.map.getBounds(), width: size.x };
    }

    async load() {
      let boundaries;
      try {
        const response = await fetch(this.data.boundaries);
        if (!response.ok) throw new Error("HTTP " + response.status);
        boundaries = await response.json();
      } catch (problem) {
        this.fail(problem);
        return;
      }
      this.features = boundaries.features;
      const areas = L.geoJSON(boundaries, {
        renderer: this.renderer,
        style: (feature) => this.style(feature.id),
        onEachFeature: (feature, layer) => this.wire(feature.id, layer),
      });
      if (!this.data.bounds) this.frame(areas.getBounds());
      this.reach(areas.getBounds());
      areas.addTo(this.map);
      if (this.data.focus !== null) this.choose(this.data.focus, true);
      this.drawPoints();
      requestAnimationFrame(() => this.ready());
    }

    ready() {
      this.painted = this.features.filter((feature) => this.data.units[feature.id]).length;
      // The page is ready when the last of its maps is.
      if (gisdbMap.maps.some((one) => one.painted === undefined)) return;
      performance.mark("gisdb-map-ready");
      document.documentElement.dataset.mapReady = String(gisdbMap.maps.reduce((sum, one) => sum + one.painted, 0));
    }

    fail(problem) {
      const notice = element("p", "map-failed", this.data.words.failed);
      notice.setAttribute("role", "alert");
      this.map.getContainer().append(notice);
      document.documentElement.dataset.mapFailed = String(problem.message);
    }

    paintOf(id) {
      const unit = this.data.units[id];
      return this.data.paints[unit ? unit[0] : "no_data"];
    }

    border() {
      return this.features.length > MANY ? FINE : BORDER;
    }

    style(id) {
      return { ...this.border(), stroke: true, fill: true, paint: this.paintOf(id) };
    }

    cardOf(id, withLink) {
      const unit = this.data.units[id];
      if (!unit) return card(this.data.words.no_data, []);
      const link = withLink && this.data.link
        ? { href: this.data.link.replace("{id}", id), text: this.data.words.open } : null;
      return card(unit[1], [unit[2], unit[3]], link);
    }

    wire(id, layer) {
      this.layers.set(String(id), layer);
      if (this.touch) layer.bindPopup(() => this.cardOf(id, true));
      else layer.bindTooltip(() => this.cardOf(id, false), { sticky: true, className: "map-tip" });
      layer.on("mouseover", () => this.hover(id, true));
      layer.on("mouseout", () => this.hover(id, false));
      layer.on("click", () => {
        if (!this.touch && this.data.link && this.data.units[id]) {
          window.location.assign(this.data.link.replace("{id}", id));
        }
      });
    }

    hover(id, on) {
      this.mark(id, on);
      announce("unit", id, on);
    }

    mark(id, on) {
      const layer = this.layers.get(String(id));
      if (!layer) return;
      const held = on || String(id) === String(this.data.focus);
      layer.setStyle(held ? CHOSEN : this.border());
      if (held) layer.bringToFront();
      if (this.points) this.points.eachLayer((point) => point.bringToFront());
    }

    /* The table's row took or lost the focus: show the same unit here. */
    choose(id, on) {
      this.mark(id, on);
      const layer = this.layers.get(String(id));
      if (!layer || this.touch || String(id) === String(this.data.focus)) return;
      if (on) layer.openTooltip(layer.getBounds().getCenter());
      else layer.closeTooltip();
    }

    drawPoints() {
      if (!this.data.points.length) return;
      this.points = L.layerGroup().addTo(this.map);
      for (const [lat, lon, radius, paint, name, lines, href] of this.data.points) {
        const point = L.circleMarker([lat, lon], {
          ...POINT_BORDER, renderer: this.renderer, radius, fill: true, paint: this.data.paints[paint],
        });
        if (this.touch) point.bindPopup(() => card(name, lines, { href, text: this.data.words.open }));
        else {
          point.bindTooltip(() => card(name, lines), { className: "map-tip" });
          point.on("click", (event) => {
            L.DomEvent.stopPropagation(event);
            window.location.assign(href);
          });
        }
        this.points.addLayer(point);
      }
    }

    drawLabels() {
      for (const [text, lat, lon] of this.data.labels) {
        const icon = L.divIcon({ className: "map-label", html: element("span", "", text), iconSize: null });
        L.marker([lat, lon], { icon, interactive: false, keyboard: false }).addTo(this.map);
      }
    }
  }

  gisdbMap.attach = function (map, dataId) {
    const data = JSON.parse(document.getElementById(dataId).textContent);
    const choropleth = new Choropleth(map, data);
    gisdbMap.maps.push(choropleth);
    choropleth.start();
  };
})();
