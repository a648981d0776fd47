import type { FeatureCollection, MultiPolygon, Polygon } from "geojson";

/** Properties of a zone's outline. */
export interface ZoneProperties {
  readonly locationId: number;
  readonly zone: string;
  readonly borough: string;
}

export type Zones = FeatureCollection<Polygon | MultiPolygon, ZoneProperties>;

let loading: Promise<Zones> | undefined;

/** The outlines of the taxi zones, fetched once. */
export function loadZones(): Promise<Zones> {
  loading ??= fetch("zones.geojson").then((response) => response.json() as Promise<Zones>);
  return loading;
}
