import { describeArea, type AreaSelection } from "./demand-view";
import type { ZoneNames } from "./top-area-rows";

export function AreaDetails(props: AreaSelection & { readonly zones: ZoneNames }) {
  const { view, zones, selected, onSelect } = props;
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
