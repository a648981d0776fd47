import type { JSX } from "preact";

import type { JobStatus, Part, PipelineStatus, StreamStatus } from "../../status/pipeline-status";
import { duration, percentOf, rate } from "./format";
import { shardRows } from "./shard-rows";

interface ShardsProps {
  readonly stream: Part<StreamStatus> | undefined;
  readonly job: Part<JobStatus> | undefined;
  readonly rates: PipelineStatus["rates"] | undefined;
}

/** Each open shard with its load, and how far behind it is read. */
export function Shards({ stream, job, rates }: ShardsProps): JSX.Element {
  const rows = shardRows(stream, job);
  const mode = stream?.up === true ? stream.value.mode.toLowerCase().replace("_", "-") : undefined;
  return (
    <section class="card" aria-labelledby="shards-title">
      <h2 id="shards-title">
        Shards <small>{mode}</small>
      </h2>
      <p class="note">{rate(rates?.throttled)} records a second refused</p>
      {rows.length > 0 && (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Shard</th>
              <th scope="col">Keys</th>
              <th scope="col">Read/s</th>
              <th scope="col">Load</th>
              <th scope="col">Behind</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, name, share, recordsPerSecond, load, behindSeconds }) => (
              <tr key={id}>
                <th scope="row">{name}</th>
                <td>{percentOf(share)}</td>
                <td>{rate(recordsPerSecond)}</td>
                <td>
                  <meter min={0} max={1} high={0.8} value={load ?? 0} aria-hidden="true" />{" "}
                  {load === null ? "–" : percentOf(load)}
                </td>
                <td>{duration(behindSeconds)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
