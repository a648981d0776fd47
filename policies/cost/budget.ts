import { estimate } from "./estimate";
import { totalUsd } from "./cost";
import { stackPolicy } from "../engine/policy";
import { covers } from "../engine/policy-document";
import { integer, text, texts } from "../engine/setting-schema";

export const monthlyBudget = stackPolicy("stack-monthly-cost", [], {
  severity: "high",
  isStackWide: true,
  rule: "Keep what a stack costs in a month within its budget.",
  reason:
    "Shards, KPUs, nodes, gateways and endpoints are billed by the hour whether anything flows or not; the sum is not visible in any single resource. What depends on traffic is not in it.",
  fix: "Choose smaller sizes or fewer of the largest items, or raise maxMonthlyUsd in the policy's configuration.",
  source: "https://aws.amazon.com/pricing/",
  config: {
    maxMonthlyUsd: integer(
      "Budget of one stack in US dollars a month, at the list prices of prices.json.",
      1000,
      [0],
    ),
    outsideBudget: texts(
      "Types and items without a price that may be outside of the budget, such as rds.Instance; * stands for any characters.",
    ),
    region: text(
      "Region whose prices hold for resources that name none.",
      "us-east-1",
      "^[a-z]{2}(-[a-z]+)+-[0-9]$",
    ),
  },
  *check(resources, { maxMonthlyUsd, outsideBudget, region }) {
    const { items, unpriced } = estimate(resources, region);
    const counted = unpriced.filter(({ what }) => !covers(outsideBudget, what));
    for (const { resource: name, what } of counted) {
      const resource = resources.find((one) => one.name === name);
      if (resource) {
        yield {
          resource,
          fact: `there is no price for ${what}`,
          limit: "what has no price cannot be held to a budget",
          fix: "Add it to prices.json with its source and date, choose another type, or name it in outsideBudget in the policy's configuration.",
        };
      }
    }
    const sum = totalUsd(items);
    const largest = [...items].sort(
      (a, b) => b.usd - a.usd || a.resource.localeCompare(b.resource),
    );
    const dearest = resources.find(({ name }) => name === largest[0]?.resource);
    if (dearest && !(sum <= maxMonthlyUsd)) {
      const [listed, small] = [largest.filter(isLarge), largest.filter((one) => !isLarge(one))];
      const lines = [
        ...listed.map(
          ({ resource, what, quantity, unit, usd }) =>
            `${resource} $${usd.toFixed(2)} for ${quantity} ${unit} of ${what}`,
        ),
        ...(small.length > 0
          ? [`${small.length} smaller items $${totalUsd(small).toFixed(2)}`]
          : []),
      ];
      yield {
        resource: dearest,
        fact: `the stack costs about $${sum.toFixed(2)} a month: ${lines.join(", ")}`,
        limit: `the budget is $${maxMonthlyUsd}`,
      };
    }
  },
});

/** Items below this would hide the others. */
function isLarge({ usd }: { readonly usd: number }): boolean {
  return usd >= 5;
}
