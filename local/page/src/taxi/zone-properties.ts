/** Properties of a zone's outline. */
export interface ZoneProperties {
  readonly locationId: number;
  readonly zone: string;
  readonly borough: string;
}

/** Zones by their number. */
export type ZoneNames = ReadonlyMap<string, ZoneProperties>;
