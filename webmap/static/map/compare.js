/* Two maps of one page move together: what is shown of one is shown of the other. */
(function () {
  "use strict";

  const maps = gisdbMap.maps.map((one) => one.map);
  let following = false;

  function lead(leader) {
    if (following) return;
    following = true;
    for (const other of maps) {
      if (other !== leader) other.setView(leader.getCenter(), leader.getZoom(), { animate: false });
    }
    following = false;
  }

  for (const map of maps) map.on("move zoomend", () => lead(map));
})();
