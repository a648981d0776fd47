import type { JSX } from "preact";

import type { Part, SearchStatus } from "../../status/pipeline-status";
import { duration, newYorkDay, newYorkTime, plural } from "./format";

const AIRPORTS: readonly (readonly [string, string])[] = [
  ["JFK", "John F. Kennedy"],
  ["LGA", "LaGuardia"],
  ["EWR", "Newark"],
];

/** How long trips to each airport took in its newest window. */
export function Airports(props: { readonly search: Part<SearchStatus> | undefined }): JSX.Element {
  const results = props.search?.up === true ? props.search.value.airports : [];
  return (
    <section class="card" aria-labelledby="airports-title">
      <h2 id="airports-title">Average trip to the airport</h2>
      <dl class="airports">
        {AIRPORTS.map(([code, name]) => {
          const result = results.find(({ airport }) => airport === code);
          return (
            <div key={code}>
              <dt>
                {code} <small>{name}</small>
              </dt>
              <dd>
                <strong>{duration(result?.averageSeconds)}</strong>
                <small>
                  {result === undefined
                    ? "No trip yet"
                    : `${plural(result.trips, "trip")}, ${newYorkDay(result.windowStart)}, ${newYorkTime(result.windowStart)} to ${newYorkTime(result.windowEnd)}`}
                </small>
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}
