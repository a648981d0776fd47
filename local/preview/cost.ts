import { estimate } from "../../policies/cost/estimate";
import { totalUsd } from "../../policies/cost/cost";
import { logicalName } from "../provider/names";
import type { Plan } from "./plan";

type PlanCost = ReturnType<typeof costOf>;

/** What a program costs in a month at list prices in US dollars, by resource, and what has no price. */
export function costOf(resources: Plan["resources"], region: string) {
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
export function costChanges(before: PlanCost, after: PlanCost) {
  const names = [...new Set([...before.byResource.keys(), ...after.byResource.keys()])];
  const difference = (change: { readonly before: number; readonly after: number }) =>
    Math.abs(change.after - change.before);
  return names
    .sort()
    .map((resource) => ({
      resource,
      before: before.byResource.get(resource) ?? 0,
      after: after.byResource.get(resource) ?? 0,
    }))
    .filter((change) => difference(change) >= 0.005)
    .sort((one, other) => difference(other) - difference(one));
}
