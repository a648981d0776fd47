import * as v from "valibot";

import {
  aggregations,
  buckets,
  documents,
  multiSearch,
  value,
  type SearchSource,
} from "./multi-search";
import { cellDemand, type PastWindow, type WindowList } from "./result-status";
import { windowDemand, windowSearch, ZONES_INDEX } from "./window-demand";

const allWindows = v.object({ windows: buckets({ trips: value }) });

/** OpenSearch answers so many documents at once, and that is more than the city has cells. */
const ALL_CELLS = 10_000;
/** More windows than a month has, five minutes apart; OpenSearch allows 65,535 buckets. */
const ALL_WINDOWS = 20_000;

/** Past windows, for the slider. */
export interface DemandHistory {
  windows(): Promise<WindowList>;
  /** @returns undefined when nothing is known of the window that starts then, in epoch seconds */
  window(start: number): Promise<PastWindow | undefined>;
}

export function demandHistory(source: SearchSource): DemandHistory {
  return {
    async windows() {
      const [answer] = await multiSearch(source.endpoint, [
        {
          index: [ZONES_INDEX],
          body: {
            size: 0,
            aggs: {
              windows: {
                terms: { field: "windowStart", size: ALL_WINDOWS, order: { _key: "asc" } },
                aggs: { trips: { sum: { field: "trips" } } },
              },
            },
          },
        },
      ]);
      return (aggregations(answer, allWindows)?.windows.buckets ?? []).map(({ key, trips }) => [
        Number(key) / 1000,
        trips.value ?? 0,
      ]);
    },
    async window(start) {
      const [demand, [cells]] = await Promise.all([
        windowDemand(source, start * 1000),
        multiSearch(source.endpoint, [
          windowSearch("taxi-demand-cells", start * 1000, ALL_CELLS, "cell"),
        ]),
      ]);
      return (
        demand && {
          ...demand,
          cells: documents(cells, cellDemand),
        }
      );
    },
  };
}
