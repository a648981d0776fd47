import type { JSX } from "preact";
import { describeArea, type DemandView } from "./demand-view";
import type { ZoneNames } from "./zone-properties";

interface AreaDetailsProps {
  readonly view: DemandView;
  readonly zones: ZoneNames;
  readonly selected: string | undefined;
  readonly onSelect: (area: string | undefined) => void;
}

export function AreaDetails({ view, zones, selected, onSelect }: AreaDetailsProps): JSX.Element {
  const options =
    view.kind === "zones"
      ? [...zones].map(([area, { zone, borough }]) => ({ area, name: `${zone}, ${borough}` }))
      : [...view.areas.keys()].map((area) => ({ area, name: area }));
  return (
    <div class="details">
      <label>
        <span>Look at</span>
        <select
          value={selected ?? ""}
          onChange={(event) => {
            onSelect(event.currentTarget.value || undefined);
          }}
        >
          <option value="">{view.kind === "zones" ? "a zone" : "a cell"}</option>
          {options
            .sort((a, b) => a.name.localeCompare(b.name, "en"))
            .map(({ area, name }) => (
              <option key={area} value={area}>
                {name}
              </option>
            ))}
        </select>
      </label>
      <p aria-live="polite">
        {selected === undefined ? "" : describeArea(view.areas.get(selected))}
      </p>
    </div>
  );
}
