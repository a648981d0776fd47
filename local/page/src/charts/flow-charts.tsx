import { useMemo } from "preact/hooks";
import { duration, rate } from "../../../status/figures";
import type { PipelineStatus, Sample, Waits } from "../../../status/pipeline-status";
import type { PipelineView } from "../pipeline-events";
import { events } from "../pipeline/journal";
import { LineChart, type ChartLine, type Mark } from "./line-chart";

export function FlowCharts(props: Pick<PipelineStatus, "journal"> & Pick<PipelineView, "samples">) {
  const { samples, journal } = props;
  const at = useMemo(() => samples.map((sample) => sample.at), [samples]);
  const first = at[0] ?? 0;
  const marks = useMemo<readonly Mark[]>(
    () =>
      events(journal)
        .map((entry) => ({ at: Date.parse(entry.at) / 1000, label: entry.text }))
        .filter((mark) => mark.at >= first),
    [journal, first],
  );
  const delay = useMemo<readonly ChartLine[]>(() => delayLines(samples), [samples]);
  const throughput = useMemo<readonly ChartLine[]>(
    () => [
      { label: "Put", values: samples.map(({ put }) => put), colour: "accent" },
      {
        label: "Read",
        values: samples.map(({ read }) => read),
        colour: "second",
        dash: [7, 4],
      },
      {
        label: "Written",
        values: samples.map(({ written }) => written),
        colour: "third",
        dash: [2, 3],
      },
    ],
    [samples],
  );
  return (
    <>
      <section class="card" aria-labelledby="delay-title">
        <h2 id="delay-title">
          Where the delay is <small>seconds from event to result</small>
        </h2>
        <LineChart title="Delay" at={at} lines={delay} format={duration} marks={marks} />
      </section>
      <section class="card" aria-labelledby="throughput-title">
        <h2 id="throughput-title">
          Throughput <small>records and writes a second</small>
        </h2>
        <LineChart title="Throughput" at={at} lines={throughput} format={rate} />
      </section>
    </>
  );
}

/** Areas on top of each other; the one on top is drawn first. */
function delayLines(samples: readonly Sample[]): readonly ChartLine[] {
  const waited = (...parts: readonly (keyof Waits)[]) =>
    samples.map(({ waits }) => waits && parts.reduce((sum, part) => sum + waits[part], 0));
  return [
    {
      label: "At the sink",
      values: waited("stream", "job", "search"),
      told: waited("search"),
      colour: "bad",
      area: true,
    },
    {
      label: "In the job",
      values: waited("stream", "job"),
      told: waited("job"),
      colour: "second",
      area: true,
    },
    {
      label: "In the stream",
      values: waited("stream"),
      colour: "accent",
      area: true,
    },
  ];
}
