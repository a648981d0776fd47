import * as L from "leaflet";
import { useEffect, useRef, useState } from "preact/hooks";
import { cellBounds } from "./cell-bounds";
import { describeArea, type AreaSelection } from "./demand-view";
import type { ZoneProperties } from "./top-area-rows";
import { loadZones } from "./zones";

/** Where nearly all trips begin: Manhattan, and the way to the airports. */
const CITY: L.LatLngBoundsLiteral = [
  [40.625, -74.03],
  [40.885, -73.76],
];

interface Drawn {
  readonly map: L.Map;
  readonly zones: ReadonlyMap<string, L.Path>;
  /** Cells that have been needed so far. */
  readonly cells: Map<string, L.Path>;
}

/** The taxi zones, or the cells over them, coloured by the demand of the view. The colours are the style sheet's. */
export function CityMap(props: AreaSelection) {
  const container = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const [drawn, setDrawn] = useState<Drawn>();

  useEffect(() => {
    if (container.current === null) return;
    const map = createMap(container.current);
    let removed = false;
    void loadZones().then((outlines) => {
      if (removed) return;
      const zones = new Map<string, L.Path>();
      L.geoJSON<ZoneProperties>(outlines, {
        style: { className: "zone" },
        onEachFeature: ({ properties }, layer) => {
          const key = String(properties.locationId);
          if (layer instanceof L.Polygon) zones.set(key, layer);
          watch(layer, key, `${properties.zone}, ${properties.borough}`, latest);
        },
      }).addTo(map);
      setDrawn({ map, zones, cells: new Map() });
    });
    // One tab stop instead of one for each zone.
    const tabs = new MutationObserver(() => {
      for (const inner of map.getContainer().querySelectorAll(TAB_STOPS)) {
        inner.setAttribute("tabindex", "-1");
      }
    });
    tabs.observe(container.current, { subtree: true, childList: true, attributes: true });
    // Its size depends on the window's, which a turned phone changes without an event that Leaflet listens to.
    const resized = new ResizeObserver(() => {
      map.invalidateSize({ pan: false });
      map.fitBounds(CITY, { animate: false });
    });
    resized.observe(container.current);
    return () => {
      removed = true;
      resized.disconnect();
      tabs.disconnect();
      map.remove();
    };
  }, []);

  const { view, selected } = props;
  useEffect(() => {
    if (drawn === undefined) return;
    const { map, zones, cells } = drawn;
    const ofZones = view.kind === "zones";
    for (const [zone, path] of zones) {
      paint(path, ofZones ? (view.levels.get(zone) ?? 0) : 0, ofZones && zone === selected);
    }
    for (const [cell, path] of cells) {
      if (ofZones || !view.levels.has(cell)) path.remove();
    }
    if (ofZones) return;
    for (const [cell, level] of view.levels) {
      let path = cells.get(cell);
      if (path === undefined) {
        path = L.rectangle(cellBounds(cell), { className: "cell" });
        watch(path, cell, `Cell ${cell}`, latest);
        cells.set(cell, path);
      }
      path.addTo(map);
      paint(path, level, cell === selected);
    }
  }, [drawn, view, selected]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (drawn === undefined || event.target !== container.current) return;
    const { map, zones, cells } = drawn;
    const step = STEPS[event.key];
    if (step !== undefined) {
      const areas = view.kind === "zones" ? zones : cells;
      props.onSelect(neighbour(map, areas, selected, step) ?? selected);
    } else if (event.key === "Escape") props.onSelect(undefined);
    else if (event.key === "+") map.zoomIn();
    else if (event.key === "-") map.zoomOut();
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={container}
      class="map"
      role="application"
      tabIndex={0}
      aria-label="Map of the city: arrow keys go from area to area, + and - zoom, Escape chooses none"
      onKeyDown={onKeyDown}
    />
  );
}

/** A browser takes even a path for one that listens to its focus, as one with a tooltip does. */
const TAB_STOPS = "[tabindex='0'], a[href]:not([tabindex]), path:not([tabindex])";

/** Where an arrow key goes to, in pixels. */
const STEPS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};

/** The next area in a direction, those straight ahead first; the one in the middle when none is chosen. */
function neighbour(
  map: L.Map,
  areas: ReadonlyMap<string, L.Path>,
  from: string | undefined,
  [stepX, stepY]: readonly [x: number, y: number],
): string | undefined {
  const centre = (path: L.Path | undefined) =>
    path instanceof L.Polygon
      ? map.latLngToContainerPoint(path.getBounds().getCenter())
      : undefined;
  const start = centre(from === undefined ? undefined : areas.get(from));
  const here = start ?? map.getSize().divideBy(2);
  let best: { readonly area: string; readonly way: number } | undefined;
  for (const [area, path] of areas) {
    const there = centre(path);
    if (there === undefined || area === from) continue;
    const [x, y] = [there.x - here.x, there.y - here.y];
    const ahead = x * stepX + y * stepY;
    const aside = Math.abs(x * stepY) + Math.abs(y * stepX);
    if (start !== undefined && ahead <= aside) continue;
    const way = start === undefined ? Math.hypot(x, y) : ahead + 2 * aside;
    if (best === undefined || way < best.way) best = { area, way };
  }
  return best?.area;
}

function paint(path: L.Path, level: number, selected: boolean): void {
  const element = path.getElement();
  if (!(element instanceof SVGElement)) return;
  element.dataset["level"] = String(level);
  element.classList.toggle("selected", selected);
  if (selected) path.bringToFront();
}

/** Shows an area's figures on hover, and selects it on click or tap. */
function watch(
  layer: L.Layer,
  area: string,
  name: string,
  latest: { readonly current: AreaSelection },
): void {
  layer.bindTooltip(
    () => {
      const text = document.createElement("div");
      const title = document.createElement("strong");
      title.textContent = name;
      text.append(title, describeArea(latest.current.view.areas.get(area)));
      return text;
    },
    { sticky: true },
  );
  layer.on("click", () => {
    const { selected, onSelect } = latest.current;
    onSelect(selected === area ? undefined : area);
  });
}

function createMap(container: HTMLElement): L.Map {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(container, {
    // A finger that scrolls the page must not be caught by the map; two fingers zoom and move it.
    dragging: !L.Browser.mobile,
    scrollWheelZoom: false,
    // Arrow keys choose an area.
    keyboard: false,
    zoomSnap: 0.25,
    minZoom: 9,
    maxZoom: 15,
    zoomAnimation: !still,
    fadeAnimation: !still,
    inertia: !still,
  });
  map.attributionControl.setPrefix("Leaflet").addAttribution("Trips and zones: NYC TLC");
  return map.fitBounds(CITY);
}
