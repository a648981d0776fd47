import type { FeatureCollection, MultiPolygon, Polygon } from "geojson";
import { useEffect, useState } from "preact/hooks";
import { loadJson } from "./window-loader";
import type { ZoneNames, ZoneProperties } from "./zone-properties";

export type Zones = FeatureCollection<Polygon | MultiPolygon, ZoneProperties>;

const RETRY_MILLISECONDS = 1000;

let loading: Promise<Zones> | undefined;

export function loadZones(): Promise<Zones> {
  loading ??= fetchZones();
  return loading;
}

/** Tries until the server answers: it may have gone while the page was loaded. */
async function fetchZones(): Promise<Zones> {
  for (;;) {
    const zones = await loadJson<Zones>("zones.geojson");
    if (zones !== undefined) return zones;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
  }
}

export function useZoneNames(): ZoneNames {
  const [names, setNames] = useState<ZoneNames>(new Map());
  useEffect(() => {
    void loadZones().then(({ features }) => {
      setNames(
        new Map(features.map(({ properties }) => [String(properties.locationId), properties])),
      );
    });
  }, []);
  return names;
}
