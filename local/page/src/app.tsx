import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { Airports } from "./airports";
import { CityMap } from "./city-map";
import { ConnectionState } from "./connection-state";
import { demandClasses } from "./demand-scale";
import { newYorkDate, newYorkTime } from "./format";
import { Legend } from "./legend";
import { usePipeline } from "./pipeline-events";
import { PolicyResults } from "./policy-results";
import { Tiles } from "./tiles";
import { TopAreas } from "./top-areas";
import { defaultPeriod, viewOf, type Period } from "./demand-view";

/** The page: the map of demand with the figures of the pipeline around it. */
export function App(): JSX.Element {
  const { connection, status } = usePipeline();
  const [chosen, setChosen] = useState<Period>();
  const [selected, setSelected] = useState<number>();
  const demand = status?.search.up === true ? status.search.value.demand : null;
  const period = chosen ?? defaultPeriod(demand);
  const view = viewOf(demand, period);
  const classes = demandClasses(view.max);
  const eventTime = status?.replay.up === true ? status.replay.value.progress.eventTime : null;

  return (
    <div class="page" data-stale={connection === "lost"}>
      <header>
        <div>
          <h1>New York taxi demand</h1>
          <ConnectionState connection={connection} status={status} />
        </div>
        <p class="clock">
          <span>Event time in New York</span>
          {eventTime === null ? (
            <strong>–</strong>
          ) : (
            <time dateTime={eventTime}>
              <strong>{newYorkTime(eventTime)}</strong> {newYorkDate(eventTime)}
            </time>
          )}
        </p>
      </header>
      <main>
        <section class="card map-card" aria-labelledby="map-title">
          <div class="card-head">
            <h2 id="map-title">Pick-ups by zone</h2>
            <PeriodChoice period={period} onChange={setChosen} />
          </div>
          <p class="note">{view.caption}</p>
          <CityMap view={view} classes={classes} selected={selected} />
          <Legend classes={classes} />
        </section>
        <Tiles status={status} />
        <div class="side">
          <TopAreas view={view} selected={selected} onSelect={setSelected} />
          <Airports search={status?.search} />
          <PolicyResults policies={status?.policies ?? []} />
        </div>
      </main>
    </div>
  );
}

const PERIODS: readonly { readonly period: Period; readonly label: string }[] = [
  { period: "window", label: "Latest window" },
  { period: "all", label: "Since the start" },
];

function PeriodChoice(props: {
  readonly period: Period;
  readonly onChange: (period: Period) => void;
}): JSX.Element {
  return (
    <fieldset class="choice">
      <legend class="hidden">Period that the map shows</legend>
      {PERIODS.map(({ period, label }) => (
        <label key={period}>
          <input
            type="radio"
            name="period"
            checked={props.period === period}
            onChange={() => {
              props.onChange(period);
            }}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
