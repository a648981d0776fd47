import type { FeatureCollection, MultiPolygon, Polygon } from "geojson";
import { useEffect, useState } from "preact/hooks";
import type { ZoneNames, ZoneProperties } from "./top-area-rows";

export type Zones = FeatureCollection<Polygon | MultiPolygon, ZoneProperties>;

let loading: Promise<Zones> | undefined;

export function loadZones(): Promise<Zones> {
  loading ??= fetch("zones.geojson").then((response) => response.json() as Promise<Zones>);
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
