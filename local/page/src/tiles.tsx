import type { ComponentChildren, JSX } from "preact";

import type { JobStatus, PipelineStatus } from "../../status/pipeline-status";
import { count, duration, plural, rate } from "./format";

/** The pipeline's figures, in the order in which a record meets them. */
export function Tiles({ status }: { readonly status: PipelineStatus | undefined }): JSX.Element {
  const replay = status?.replay.up === true ? status.replay.value.progress : undefined;
  const stream = status?.stream.up === true ? status.stream.value : undefined;
  const job = status?.job.up === true ? status.job.value : undefined;
  const search = status?.search.up === true ? status.search.value : undefined;
  const documents = search && sum(search.documents);
  const deadLetters = search && sum(search.deadLetters);
  const watermark = status?.lag.watermarkSeconds;
  const reasons = Object.entries(search?.deadLetters ?? {}).map(([reason, n]) => `${n} ${reason}`);

  return (
    <section class="tiles" aria-label="Figures of the pipeline">
      <Tile title="Put to the stream" value={rate(status?.rates.recordsPut)} unit="records/s">
        {replay ? (
          <>
            {replay.recordsTotal !== null && (
              <progress
                value={replay.recordsPut}
                max={Math.max(1, replay.recordsTotal)}
                aria-label="Progress of the replay"
              />
            )}
            {count(replay.recordsPut)}
            {replay.recordsTotal !== null && ` of ${count(replay.recordsTotal)}`}
            {stream && `, ${plural(stream.openShards, "shard")}`}
          </>
        ) : (
          <Missing what="Replay" part={status?.replay} />
        )}
      </Tile>
      <Tile title="Read by the job" value={rate(status?.rates.recordsRead)} unit="records/s">
        {job ? (
          `${count(job.recordsRead)} since the job's last start`
        ) : (
          <Missing what="Flink" part={status?.job} />
        )}
      </Tile>
      <Tile title="Written" value={rate(status?.rates.writes)} unit="writes/s">
        {search ? (
          plural(documents ?? 0, "document")
        ) : (
          <Missing what="OpenSearch" part={status?.search} />
        )}
      </Tile>
      <Tile title="Replay lag" value={duration(status?.lag.replaySeconds)}>
        {replay && `${count(replay.throttled)} throttled, ${count(replay.retries)} retried`}
      </Tile>
      <Tile title="Consumer lag" value={duration(status?.lag.consumerSeconds)}>
        {typeof watermark === "number" && `Watermark ${duration(watermark)} of event time behind`}
      </Tile>
      <Tile
        title="Checkpoints"
        value={count(job?.checkpoints.completed)}
        attention={(job?.checkpoints.failed ?? 0) > 0}
      >
        {job && checkpointNote(job.checkpoints)}
      </Tile>
      <Tile
        title="Job restarts"
        value={count(job?.restarts)}
        attention={job !== undefined && (job.restarts > 0 || job.state !== "RUNNING")}
      >
        {job && `The job is ${job.state.toLowerCase()}`}
      </Tile>
      <Tile title="Dead letters" value={count(deadLetters)} attention={(deadLetters ?? 0) > 0}>
        {search && (reasons.length === 0 ? "Every record counted" : reasons.join(", "))}
      </Tile>
    </section>
  );
}

function Tile(props: {
  readonly title: string;
  readonly value: string;
  readonly unit?: string;
  /** Something that somebody should look at. */
  readonly attention?: boolean;
  readonly children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class="card tile" data-attention={props.attention === true}>
      <h2>{props.title}</h2>
      <p class="figure">
        {props.value} <small>{props.unit}</small>
      </p>
      <p class="note">{props.children}</p>
    </div>
  );
}

function Missing(props: {
  readonly what: string;
  readonly part: { readonly up: boolean; readonly reason?: string } | undefined;
}): JSX.Element {
  return <>{props.part?.reason === undefined ? "" : `${props.what}: ${props.part.reason}`}</>;
}

function checkpointNote({ failed, lastMilliseconds }: JobStatus["checkpoints"]): string {
  const last = lastMilliseconds === null ? "" : `, last took ${count(lastMilliseconds)} ms`;
  return `${count(failed)} failed${last}`;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, value) => total + value, 0);
}
