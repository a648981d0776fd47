import { useState } from "preact/hooks";
import { known, type PipelineStatus } from "../../../status/pipeline-status";
import { Airports } from "./airports";
import { AsOf } from "../as-of";
import { AreaDetails } from "./area-details";
import { Choice } from "../choice";
import { CityMap } from "./city-map";
import { defaultMeasure, viewOf, type AreaKind, type Measure } from "./demand-view";
import type { LegendEntry } from "./demand-scale";
import { TimeSlider } from "./time-slider";
import { TopAreas } from "./top-areas";
import { usePastWindow, useWindows } from "./window-loader";
import { useZoneNames } from "./zones";

export function DemandPanel({ status }: { readonly status: PipelineStatus }) {
  const [chosen, setChosen] = useState<Measure>();
  const [wanted, setKind] = useState<AreaKind>("zones");
  const [selected, setSelected] = useState<string>();
  const [start, setStart] = useState<number>();
  const windows = useWindows();
  const zones = useZoneNames();
  const search = known(status.search);
  const demand = search?.demand ?? null;
  const measure = chosen ?? defaultMeasure(demand);
  const kind = measure === "total" ? "zones" : wanted;
  const newest = demand === null ? undefined : Date.parse(demand.window.start) / 1000;
  const needed = start ?? (kind === "cells" ? newest : undefined);
  const loaded = usePastWindow(needed, start === undefined ? status.at : undefined);
  const view = viewOf(demand, { measure, kind, window: loaded });
  return (
    <>
      <section class="card map-card" aria-labelledby="map-title" data-old={!status.search.up}>
        <div class="card-head">
          <h2 id="map-title">Pick-ups by {kind === "zones" ? "zone" : "cell"}</h2>
          <div class="choices">
            <Choice
              legend="What colours the map"
              name="measure"
              value={measure}
              options={[
                { value: "trips", label: "Window" },
                { value: "score", label: "Hot spots" },
                { value: "total", label: "Since the start" },
              ]}
              onChange={(value) => {
                setChosen(value);
                if (value === "total") setStart(undefined);
              }}
            />
            <Choice
              legend="Areas"
              name="areas"
              value={kind}
              options={[
                { value: "zones", label: "Zones" },
                { value: "cells", label: "Cells", disabled: windows.length === 0 },
              ]}
              onChange={(value) => {
                setKind(value);
                setSelected(undefined);
                if (value === "cells" && measure === "total") setChosen("trips");
              }}
            />
          </div>
        </div>
        <p class="note caption">{view.caption}</p>
        <AsOf part={status.search} />
        <CityMap view={view} selected={selected} onSelect={setSelected} />
        <Legend title={view.legendTitle} entries={view.legend} />
        <TimeSlider
          windows={windows}
          start={start}
          onChange={(value) => {
            setStart(value);
            if (measure === "total") setChosen("trips");
          }}
        />
        <AreaDetails view={view} zones={zones} selected={selected} onSelect={setSelected} />
      </section>
      <div class="side" data-old={!status.search.up}>
        <TopAreas
          view={view}
          window={loaded ?? demand?.window}
          zones={zones}
          selected={selected}
          onSelect={setSelected}
        />
        <Airports airports={search?.airports ?? []} origins={search?.origins ?? []} />
      </div>
    </>
  );
}

function Legend(props: { readonly title: string; readonly entries: readonly LegendEntry[] }) {
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
