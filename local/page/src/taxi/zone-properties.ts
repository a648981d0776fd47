export interface ZoneProperties {
  readonly locationId: number;
  readonly zone: string;
  readonly borough: string;
}

export type ZoneNames = ReadonlyMap<string, ZoneProperties>;
