import type { Problems } from "../core/validate";

/** Property groups with typed values; a value that is not known yet still has its placeholder. */
export type PropertyGroups = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Checks between the properties of a job, which a JSON Schema cannot express. */
export type PropertyRules = (
  groups: PropertyGroups,
  problems: Problems,
  name: (property: string) => string,
) => void;

/** By the name in `job.rules` of a workload. */
export const propertyRules: Readonly<Record<string, PropertyRules>> = {
  "streaming-job": streamingJob,
};

/** Groups that only one of the job's computations has. */
const computations: Readonly<Record<string, readonly string[]>> = {
  taxi: ["demand", "airports"],
  trades: ["trades"],
};

/** The job in flink-job/ checks the same when it starts. */
function streamingJob(
  groups: PropertyGroups,
  problems: Problems,
  name: (property: string) => string,
): void {
  const { source, demand, search, archive, job } = groups;
  const { windowMinutes, slideMinutes } = demand ?? {};
  problems.require(
    // Not `=== 0`: a value that is no number has its complaint already.
    !(Number(windowMinutes) % Number(slideMinutes) > 0),
    `${name("demand.windowMinutes")} must be a multiple of ${name("demand.slideMinutes")}, ${String(slideMinutes)}; got ${String(windowMinutes)}`,
  );
  const { initialPosition, initialTimestamp = "" } = source ?? {};
  problems.require(
    (initialPosition === "AT_TIMESTAMP") === (initialTimestamp !== ""),
    `${name("source.initialPosition")} AT_TIMESTAMP and ${name("source.initialTimestamp")} must be set together; got ${String(initialPosition)} and "${String(initialTimestamp)}"`,
  );
  problems.require(
    search !== undefined || archive !== undefined,
    "properties must have search or archive: dead letters need a destination",
  );
  const workload = String(job?.["workload"]);
  for (const [computation, ids] of Object.entries(computations)) {
    if (computation === workload) continue;
    for (const id of ids) {
      problems.require(
        groups[id] === undefined,
        `properties.${id} must be removed with job.workload ${workload}, which does not compute it`,
      );
    }
  }
}
