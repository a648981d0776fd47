import * as L from "leaflet";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { demandLevel, type DemandClass } from "./demand-scale";
import type { DemandView } from "./demand-view";
import { plural } from "./format";
import { loadZones, type ZoneProperties } from "./zones";

/** Where nearly all trips begin: Manhattan, and the way to the airports. */
const CITY: L.LatLngBoundsLiteral = [
  [40.625, -74.03],
  [40.885, -73.76],
];

interface CityMapProps {
  readonly view: DemandView;
  readonly classes: readonly DemandClass[];
  readonly selected: number | undefined;
}

/** The taxi zones, coloured by the demand of the view. The colours themselves are the style sheet's. */
export function CityMap({ view, classes, selected }: CityMapProps): JSX.Element {
  const container = useRef<HTMLDivElement>(null);
  const latest = useRef(view);
  latest.current = view;
  const [layers, setLayers] = useState<ReadonlyMap<number, L.Polygon>>(new Map());

  useEffect(() => {
    if (container.current === null) return;
    const map = createMap(container.current);
    void loadZones().then((zones) => {
      const drawn = new Map<number, L.Polygon>();
      L.geoJSON<ZoneProperties>(zones, {
        style: { className: "zone" },
        onEachFeature: ({ properties }, layer) => {
          if (layer instanceof L.Polygon) drawn.set(properties.locationId, layer);
          layer.bindTooltip(() => describe(properties, latest.current), { sticky: true });
        },
      }).addTo(map);
      setLayers(drawn);
    });
    // Its size depends on the window's, which a turned phone changes without an event that Leaflet listens to.
    const resized = new ResizeObserver(() => {
      map.invalidateSize({ pan: false });
      map.fitBounds(CITY, { animate: false });
    });
    resized.observe(container.current);
    return () => {
      resized.disconnect();
      map.remove();
    };
  }, []);

  useEffect(() => {
    for (const [zone, layer] of layers) {
      const path = layer.getElement();
      if (!(path instanceof SVGElement)) continue;
      path.dataset["level"] = String(demandLevel(view.trips.get(zone) ?? 0, classes));
      path.classList.toggle("selected", zone === selected);
      if (zone === selected) layer.bringToFront();
    }
  }, [layers, view, classes, selected]);

  return <div ref={container} class="map" role="region" aria-label="Map of the taxi zones" />;
}

function createMap(container: HTMLElement): L.Map {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(container, {
    // A finger that scrolls the page must not be caught by the map; two fingers zoom and move it.
    dragging: !L.Browser.mobile,
    scrollWheelZoom: false,
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

function describe({ locationId, zone, borough }: ZoneProperties, view: DemandView): HTMLElement {
  const text = document.createElement("div");
  const name = document.createElement("strong");
  name.textContent = zone;
  text.append(name, `${borough}: ${plural(view.trips.get(locationId) ?? 0, "trip")}`);
  return text;
}
