import { duration, percentOf, rate } from "../../../status/figures";
import { known, type PipelineStatus } from "../../../status/pipeline-status";
import { AsOf } from "../as-of";

export function Shards({ stream, job, rates }: Pick<PipelineStatus, "stream" | "job" | "rates">) {
  const found = known(stream);
  const readings = new Map(known(job)?.shards.map((one) => [one.id, one]));
  const mode = found?.mode.toLowerCase().replace("_", "-");
  return (
    <section class="card" aria-labelledby="shards-title">
      <h2 id="shards-title">
        Shards <small>{mode}</small>
      </h2>
      <p class="note">{rate(rates.throttled)} records a second refused</p>
      <AsOf part={stream} />
      <AsOf part={job} what="Behind" />
      {found !== undefined && (
        <table class="table" data-old={!stream.up}>
          <thead>
            <tr>
              <th scope="col">Shard</th>
              <th scope="col">Keys</th>
              <th scope="col">Put/s</th>
              <th scope="col">Load</th>
              <th scope="col">Behind</th>
            </tr>
          </thead>
          <tbody>
            {found.shards.map(({ id, share }) => {
              const taken = rates.shards[id];
              const behind = readings.get(id)?.millisBehindLatest ?? null;
              return (
                <tr key={id}>
                  <th scope="row">{id.replace(/^shardId-0*(?=\d)/, "")}</th>
                  <td>{percentOf(share)}</td>
                  <td>{rate(taken?.records)}</td>
                  <td>
                    <meter min={0} max={1} high={0.8} value={taken?.load ?? 0} aria-hidden="true" />{" "}
                    {percentOf(taken?.load)}
                  </td>
                  <td data-old={!job.up}>{duration(behind === null ? null : behind / 1000)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}
