import type { JSX } from "preact";

import type { DemandClass } from "./demand-scale";
import { count } from "./format";

/** What the map's colours mean. */
export function Legend({ classes }: { readonly classes: readonly DemandClass[] }): JSX.Element {
  return (
    <div class="legend" role="group" aria-label="Trips in a zone, by colour">
      <span class="legend-title">Trips</span>
      <ul>
        <LegendItem level={0} label="none" />
        {classes.map(({ level, from, to }) => (
          <LegendItem
            key={level}
            level={level}
            label={from === to ? count(from) : `${count(from)}–${count(to)}`}
          />
        ))}
      </ul>
    </div>
  );
}

function LegendItem(props: { readonly level: number; readonly label: string }): JSX.Element {
  return (
    <li>
      <i class="swatch" data-level={props.level} /> {props.label}
    </li>
  );
}
