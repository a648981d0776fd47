import type { FeatureCollection, MultiPolygon, Polygon } from "geojson";
import { useEffect, useState } from "preact/hooks";
import type { ZoneNames, ZoneProperties } from "./top-area-rows";
import { loadJson } from "./window-loader";

export type Zones = FeatureCollection<Polygon | MultiPolygon, ZoneProperties>;

let loading: Promise<Zones> | undefined;

export function loadZones(): Promise<Zones> {
  loading ??= loadJson<Zones>("zones.geojson", () => true) as Promise<Zones>;
  return loading;
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
