import type { TripSettings } from "../../../local/verify/expected-trips";

/** Small windows, so that a test can count what is in them. */
export const SETTINGS: TripSettings = {
  demandWindowMinutes: 15,
  demandSlideMinutes: 5,
  geohashPrecision: 6,
  topAreas: 2,
  normalWindows: 4,
  airportWindowMinutes: 60,
};
