import type { PipelineStatus, StatusChange } from "../../status/pipeline-status";

export function applied(
  status: PipelineStatus,
  { results, ...change }: Omit<StatusChange, "sample">,
): PipelineStatus {
  const { search } = status;
  return {
    ...status,
    ...change,
    ...(results && search.up && { search: { up: true, value: { ...search.value, ...results } } }),
  };
}
