import { count } from "../../../status/figures";
import { known, type PipelineStatus } from "../../../status/pipeline-status";
import type { IndexStatus } from "../../../status/result-status";
import { AsOf } from "../as-of";

export function IndicesPanel({ status }: { readonly status: PipelineStatus }) {
  const indices = known(status.search)?.indices ?? [];
  return (
    <section class="card map-card" aria-labelledby="indices-title" data-old={!status.search.up}>
      <h2 id="indices-title">Newest documents</h2>
      <AsOf part={status.search} />
      {indices.length === 0 && <p class="note">No results yet</p>}
      {indices.map((index) => (
        <IndexTable key={index.index} of={index} />
      ))}
    </section>
  );
}

function IndexTable({ of }: { readonly of: IndexStatus }) {
  const { index, documents, newest } = of;
  const fields = [...new Set(newest.flatMap(({ source }) => Object.keys(source)))];
  return (
    <div class="documents">
      <h3>
        {index} <small>{count(documents)} documents</small>
      </h3>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">id</th>
              {fields.map((field) => (
                <th key={field} scope="col">
                  {field}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {newest.map(({ id, source }) => (
              <tr key={id}>
                <th scope="row">{id}</th>
                {fields.map((field) => (
                  <td key={field}>{text((source as Record<string, unknown>)[field])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function text(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
