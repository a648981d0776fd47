import type { PipelineStatus } from "../../../status/pipeline-status";
import { plural } from "../../../status/figures";

export function PolicyResults({ policies }: Pick<PipelineStatus, "policies">) {
  const violated = policies.filter(({ result }) => result === "violated");
  const passed = policies.filter(({ result }) => result === "passed");
  return (
    <section class="card" aria-labelledby="policies-title">
      <h2 id="policies-title">Policy pack</h2>
      <p class="note">{summary(passed.length, violated.length)}</p>
      {violated.length > 0 && <PolicyList policies={violated} />}
      {passed.length > 0 && (
        <details>
          <summary>Passed</summary>
          <PolicyList policies={passed} />
        </details>
      )}
    </section>
  );
}

function summary(passed: number, violated: number): string {
  if (passed + violated === 0) return "Not evaluated yet";
  const deployed = `${plural(passed, "policy").replace("policys", "policies")} passed`;
  return violated === 0
    ? `${deployed} before anything was deployed`
    : `${deployed}, ${violated} violated`;
}

function PolicyList({ policies }: Pick<PipelineStatus, "policies">) {
  return (
    <ul class="policies">
      {policies.map(({ name, enforcementLevel, result }) => (
        <li key={name} data-result={result}>
          <i aria-hidden="true">{result === "passed" ? "✓" : "!"}</i>
          <code>{name}</code> <small>{enforcementLevel}</small>
        </li>
      ))}
    </ul>
  );
}
