/** Header and rows as in the project's sample, with the columns that the producer uses. */
export const header =
  "pickup_datetime,dropoff_datetime,pickup_location_id,dropoff_location_id,passenger_count," +
  "trip_distance,fare_amount,total_amount";

/** A valid row; tests break one value. */
export const validValues = {
  pickup: "2019-03-01 12:00:00",
  dropoff: "2019-03-01 12:10:00",
  pickupZone: "143",
  dropoffZone: "238",
  passengers: "2",
  distance: "1.1",
  fare: "6.5",
  total: "9.95",
};

export function row(changes: Partial<typeof validValues> = {}): string {
  return Object.values({ ...validValues, ...changes }).join(",");
}
