import { estimate } from "../../policies/cost/estimate";
import { totalUsd } from "../../policies/cost/cost";
import { logicalName } from "../provider/names";
import type { Plan } from "./plan";

/** What one resource costs in a month because it is there, in US dollars. */
export interface CostChange {
  readonly resource: string;
  readonly before: number;
  readonly after: number;
}

/** What a program costs in a month at list prices, by resource, and what has no price. */
export interface PlanCost {
  readonly usd: number;
  readonly byResource: ReadonlyMap<string, number>;
  readonly unpriced: readonly string[];
}

export function costOf(resources: Plan["resources"], region: string): PlanCost {
  const { items, unpriced } = estimate(
    resources.map(({ urn, type, inputs }) => ({
      type,
      name: logicalName(urn),
      props: inputs,
    })),
    region,
  );
  const byResource = new Map<string, number>();
  for (const { resource, usd } of items) {
    byResource.set(resource, (byResource.get(resource) ?? 0) + usd);
  }
  return {
    usd: totalUsd(items),
    byResource,
    unpriced: [...new Set(unpriced.map(({ resource, what }) => `${resource} (${what})`))],
  };
}

/** The resources whose cost differs, the largest difference first. */
export function costChanges(before: PlanCost, after: PlanCost): readonly CostChange[] {
  const names = [...new Set([...before.byResource.keys(), ...after.byResource.keys()])];
  return names
    .map((resource) => ({
      resource,
      before: before.byResource.get(resource) ?? 0,
      after: after.byResource.get(resource) ?? 0,
    }))
    .filter((change) => Math.abs(difference(change)) >= 0.005)
    .sort(
      (one, other) =>
        Math.abs(difference(other)) - Math.abs(difference(one)) ||
        (one.resource < other.resource ? -1 : 1),
    );
}

function difference({ before, after }: CostChange): number {
  return after - before;
}
