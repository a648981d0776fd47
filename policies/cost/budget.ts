import { estimate } from "./estimate";
import { totalUsd } from "./cost";
import { stackPolicy } from "../engine/policy";
import { covers } from "../engine/policy-document";

export const monthlyBudget = stackPolicy("stack-monthly-cost", [], {
  isStackWide: true,
  *check(resources, { maxMonthlyUsd, outsideBudget, region }) {
    const { items, unpriced } = estimate(resources, region);
    const counted = unpriced.filter(({ what }) => !covers(outsideBudget, what));
    for (const { resource: name, what } of counted) {
      const resource = resources.find((one) => one.name === name);
      if (resource) {
        yield {
          resource,
          fact: `there is no price for ${what}`,
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
