import type { WindowDemand } from "../../../status/result-status";
import type { AreaSelection } from "./demand-view";
import { count } from "../../../status/figures";
import { decimal } from "../format";
import { Sparkline } from "../charts/sparkline";
import { topAreas, type ZoneNames } from "./top-area-rows";

interface TopAreasProps extends AreaSelection {
  readonly window: WindowDemand | undefined;
  readonly zones: ZoneNames;
}

export function TopAreas({ view, window, zones, selected, onSelect }: TopAreasProps) {
  const rows = topAreas(view, window, zones);
  const most = rows[0]?.trips ?? 1;
  return (
    <section class="card" aria-labelledby="top-title">
      <h2 id="top-title">Top areas</h2>
      {rows.length === 0 && <p class="note">No results yet</p>}
      <ol class="top">
        {rows.map(({ area, name, borough, trips, score, trend }) => (
          <li key={area}>
            <button
              type="button"
              aria-pressed={area === selected}
              onClick={() => {
                onSelect(area === selected ? undefined : area);
              }}
            >
              <span class="name">
                {name} <small>{borough}</small>
              </span>
              <Sparkline values={trend} />
              <span class="figures">
                <strong>{count(trips)}</strong>
                {score !== undefined && (
                  <small data-high={score >= 3}>
                    {score > 0 && "+"}
                    {decimal(score)}
                  </small>
                )}
              </span>
              <meter min={0} max={most} value={trips} aria-hidden="true" />
            </button>
          </li>
        ))}
      </ol>
      {rows.some(({ score }) => score !== undefined) && (
        <p class="note">
          Trips in the window, and the score: how far they are above what is normal for the area, in
          square roots of it
        </p>
      )}
    </section>
  );
}
