import type { PipelineStatus } from "../../../local/status/pipeline-status";
import { fakeStatus } from "./fake-status";

/** A running pipeline of a workload that has no view of its own. */
export function fakeIndices(): PipelineStatus {
  const status = fakeStatus();
  if (!status.search.up) throw new Error("the fake status has a domain");
  const newest = [
    { id: "b", source: { shop: "shop-2", total: 12.5, tags: ["new"] } },
    { id: "a", source: { shop: "shop-1", total: 3 } },
  ];
  const {
    documents,
    writes,
    deadLetters,
    latestDeadLetters,
    newest: newestWindow,
  } = status.search.value;
  return {
    ...status,
    workload: { name: "orders", description: "Orders" },
    search: {
      up: true,
      value: {
        documents,
        writes,
        deadLetters,
        latestDeadLetters,
        newest: newestWindow,
        indices: [{ index: "orders-2026", documents: 1200, newest }],
      },
    },
  };
}
