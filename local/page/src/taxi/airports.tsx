import type { TaxiResults } from "../../../status/result-status";
import { duration, plural } from "../../../status/figures";
import { newYorkDay, newYorkTime } from "../format";

const AIRPORTS: readonly (readonly [string, string])[] = [
  ["JFK", "John F. Kennedy"],
  ["LGA", "LaGuardia"],
  ["EWR", "Newark"],
];

export function Airports({ airports, origins }: Omit<TaxiResults, "demand">) {
  return (
    <section class="card" aria-labelledby="airports-title">
      <h2 id="airports-title">Average trip to the airport</h2>
      <dl class="airports">
        {AIRPORTS.map(([code, name]) => {
          const result = airports.find(({ airport }) => airport === code);
          const from = origins.filter(({ airport }) => airport === code);
          return (
            <div key={code}>
              <dt>
                <strong>{code}</strong> <small>{name}</small>
              </dt>
              <dd>
                <strong>{duration(result?.averageSeconds)}</strong>
                {result === undefined ? (
                  <small>No trip yet</small>
                ) : (
                  <>
                    <small>median {duration(result.p50Seconds)}</small>
                    <small>95 % within {duration(result.p95Seconds)}</small>
                    <small>
                      {plural(result.trips, "trip")}, {newYorkDay(result.windowStart)},{" "}
                      {newYorkTime(result.windowStart)} to {newYorkTime(result.windowEnd)}
                    </small>
                  </>
                )}
                {from.length > 0 && (
                  <small>
                    most from{" "}
                    {from.map(({ zoneName, trips }) => `${zoneName} (${trips})`).join(", ")}
                  </small>
                )}
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}
