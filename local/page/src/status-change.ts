import type { PipelineStatus, StatusChange } from "../../status/pipeline-status";

/** Events that the server keeps as well. */
const JOURNAL = 200;

export function applied(
  status: PipelineStatus,
  { results, journal, ...change }: Omit<StatusChange, "sample">,
): PipelineStatus {
  const { search } = status;
  return {
    ...status,
    ...change,
    ...(journal && { journal: [...status.journal, ...journal].slice(-JOURNAL) }),
    ...(results && search.up && { search: { up: true, value: { ...search.value, ...results } } }),
  };
}
