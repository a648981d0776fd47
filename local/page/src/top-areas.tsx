import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import type { DemandView } from "./demand-view";
import { count, timesAverage } from "./format";
import { loadZones, type ZoneProperties } from "./zones";

const SHOWN = 8;

interface TopAreasProps {
  readonly view: DemandView;
  readonly selected: number | undefined;
  readonly onSelect: (zone: number | undefined) => void;
}

/** The zones with most pick-ups; one that is chosen is outlined on the map. */
export function TopAreas({ view, selected, onSelect }: TopAreasProps): JSX.Element {
  const [zones, setZones] = useState<ReadonlyMap<number, ZoneProperties>>(new Map());
  useEffect(() => {
    void loadZones().then(({ features }) => {
      setZones(new Map(features.map(({ properties }) => [properties.locationId, properties])));
    });
  }, []);
  const top = [...view.trips].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, SHOWN);
  const most = top[0]?.[1] ?? 1;
  const compared = top.some(([zone, trips]) => timesAverage(trips, view.averages.get(zone)));
  return (
    <section class="card" aria-labelledby="top-title">
      <h2 id="top-title">Top areas</h2>
      {top.length === 0 && <p class="note">No results yet</p>}
      <ol class="top">
        {top.map(([zone, trips]) => (
          <li key={zone}>
            <button
              type="button"
              aria-pressed={zone === selected}
              onClick={() => {
                onSelect(zone === selected ? undefined : zone);
              }}
            >
              <span class="name">
                {zones.get(zone)?.zone ?? `Zone ${zone}`}
                <small>{zones.get(zone)?.borough}</small>
              </span>
              <span class="figures">
                <strong>{count(trips)}</strong>
                <TimesAverage trips={trips} average={view.averages.get(zone)} />
              </span>
              <meter min={0} max={most} value={trips} aria-hidden="true" />
            </button>
          </li>
        ))}
      </ol>
      {compared && <p class="note">× compares with the zone's average window</p>}
    </section>
  );
}

function TimesAverage(props: {
  readonly trips: number;
  readonly average: number | undefined;
}): JSX.Element | null {
  const text = timesAverage(props.trips, props.average);
  return text === undefined ? null : <small>{text}</small>;
}
