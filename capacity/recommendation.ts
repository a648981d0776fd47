import {
  applicationCost,
  deliveryCost,
  onDemandCost,
  type PartCost,
  searchCost,
  streamCost,
} from "./cost";
import type { LoadArgs } from "./load";
import { type Sizes, sizesFor } from "./sizing";

/** What to configure for a load, and what it costs. */
export interface Recommendation extends Omit<Sizes, "share"> {
  /** Costs of all pipelines together. */
  readonly costs: readonly PartCost[];
  readonly onDemandStream: PartCost;
  /** In US dollars, with a provisioned stream. */
  readonly monthlyUsd: number;
}

/**
 * Sizes a pipeline for a load and prices it.
 *
 * @throws RangeError that lists everything that is wrong with the load
 */
export function recommend(args: LoadArgs): Recommendation {
  const { share, ...sizes } = sizesFor(args);
  const all = (cost: PartCost): PartCost => times(cost, sizes.pipelines);
  const costs = [
    all(streamCost(share, sizes.stream)),
    all(applicationCost(share, sizes.application)),
    all(deliveryCost(share)),
    all(searchCost(share, sizes.search)),
  ];
  return {
    ...sizes,
    costs,
    onDemandStream: all(onDemandCost(share, sizes.stream)),
    monthlyUsd: costs.reduce((sum, { usd }) => sum + usd, 0),
  };
}

function times(cost: PartCost, factor: number): PartCost {
  return {
    part: cost.part,
    items: cost.items.map((item) => ({
      ...item,
      quantity: item.quantity * factor,
      usd: item.usd * factor,
    })),
    usd: cost.usd * factor,
  };
}
