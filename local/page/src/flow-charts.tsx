import type { JSX } from "preact";
import { useMemo } from "preact/hooks";

import { duration, localTime, rate } from "./format";
import type { History, Sample } from "./history";
import { LineChart, type ChartLine } from "./line-chart";

/** Marks that are told in words. */
const TOLD = 4;

/** Throughput and lag since the page was opened, with what happened meanwhile. */
export function FlowCharts({ history }: { readonly history: History }): JSX.Element {
  const { samples, marks } = history;
  const at = useMemo(() => samples.map((sample) => sample.at), [samples]);
  const throughput = useMemo<readonly ChartLine[]>(
    () => [
      { label: "Put", values: figures(samples, "put"), colour: "accent" },
      { label: "Read", values: figures(samples, "read"), colour: "second", dash: [7, 4] },
      { label: "Written", values: figures(samples, "written"), colour: "third", dash: [2, 3] },
    ],
    [samples],
  );
  const lag = useMemo<readonly ChartLine[]>(
    () => [
      { label: "Replay", values: figures(samples, "replayLag"), colour: "accent" },
      {
        label: "Consumer",
        values: figures(samples, "consumerLag"),
        colour: "second",
        dash: [7, 4],
      },
    ],
    [samples],
  );
  return (
    <>
      <section class="card" aria-labelledby="throughput-title">
        <h2 id="throughput-title">
          Throughput <small>records and writes a second</small>
        </h2>
        <LineChart title="Throughput" at={at} lines={throughput} format={rate} marks={marks} />
      </section>
      <section class="card" aria-labelledby="lag-title">
        <h2 id="lag-title">
          Lag <small>behind the clock, and behind the tip of the stream</small>
        </h2>
        <LineChart title="Lag" at={at} lines={lag} format={duration} marks={marks} />
        <ol class="marks" aria-live="polite" aria-label="What happened">
          {marks.slice(-TOLD).map((mark) => (
            <li key={`${mark.at} ${mark.label}`}>
              <time>{localTime(mark.at)}</time> {mark.label}
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}

function figures(
  samples: readonly Sample[],
  figure: Exclude<keyof Sample, "at">,
): readonly (number | null)[] {
  return samples.map((sample) => sample[figure]);
}
