/** Names under which the files of the TLC, and extracts of them, know a column, whatever their case and separators. */
const columnNames = {
  pickupTime: [
    "pickup_datetime",
    "tpep_pickup_datetime",
    "lpep_pickup_datetime",
    "trip_pickup_datetime",
  ],
  dropoffTime: [
    "dropoff_datetime",
    "tpep_dropoff_datetime",
    "lpep_dropoff_datetime",
    "trip_dropoff_datetime",
  ],
  pickupZone: ["pickup_location_id", "pulocationid"],
  dropoffZone: ["dropoff_location_id", "dolocationid"],
  pickupLongitude: ["pickup_longitude", "start_lon"],
  pickupLatitude: ["pickup_latitude", "start_lat"],
  dropoffLongitude: ["dropoff_longitude", "end_lon"],
  dropoffLatitude: ["dropoff_latitude", "end_lat"],
  passengers: ["passenger_count"],
  distanceMiles: ["trip_distance", "trip_miles"],
  fareUsd: ["fare_amount", "fare_amt", "base_passenger_fare"],
  totalUsd: ["total_amount", "total_amt"],
};

export type Column = keyof typeof columnNames;
const allColumns = Object.keys(columnNames) as Column[];

/** Columns of which a file needs one set or the other. */
const alternatives: readonly (readonly [Column[], Column[]])[] = [
  [["pickupTime"], []],
  [["dropoffTime"], []],
  [["pickupZone"], ["pickupLongitude", "pickupLatitude"]],
  [["dropoffZone"], ["dropoffLongitude", "dropoffLatitude"]],
];

/** The place of each column that a file has, counted from 0, and what is wrong with its header. */
export function tripColumns(header: readonly string[]) {
  const names = header.map(bare);
  const indexes = new Map<Column, number>();
  const problems: string[] = [];
  for (const column of allColumns) {
    const found = names.flatMap((name, index) =>
      columnNames[column].map(bare).includes(name) ? [index] : [],
    );
    if (found[0] !== undefined) {
      indexes.set(column, found[0]);
    }
    if (found.length > 1) {
      const rivals = found.map((index) => header[index]).join(" and ");
      problems.push(`columns ${rivals} both hold the ${column}; keep one`);
    }
  }
  const isThere = (columns: readonly Column[]) =>
    columns.length > 0 && columns.every((column) => indexes.has(column));
  const missing = alternatives.filter((sets) => !sets.some(isThere));
  if (missing.length > 0) {
    const nameSet = (columns: readonly Column[]) =>
      columns.map((column) => columnNames[column].join(" or ")).join(" with ");
    const wanted = missing.map((sets) =>
      sets
        .filter((columns) => columns.length > 0)
        .map(nameSet)
        .join(", or "),
    );
    problems.push(`missing columns: ${wanted.join("; ")}; columns found: ${header.join(", ")}`);
  }
  return { indexes, problems };
}

function bare(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, "");
}
