import type { LegendEntry } from "./demand-scale";

export function Legend(props: {
  readonly title: string;
  readonly entries: readonly LegendEntry[];
}) {
  return (
    <div class="legend" role="group" aria-label={`${props.title}, by colour`}>
      <span class="legend-title">{props.title}</span>
      <ul>
        {props.entries.map(({ level, label }) => (
          <li key={level}>
            <i class="swatch" data-level={level} /> {label}
          </li>
        ))}
      </ul>
    </div>
  );
}
