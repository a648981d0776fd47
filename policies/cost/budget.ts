import { estimate } from "./estimate";
import { totalUsd } from "./cost";
import { stackPolicy } from "../engine/policy";
import { covers } from "../engine/policy-document";

export const monthlyBudget = stackPolicy("stack-monthly-cost", [], {
  isStackWide: true,
  *check(resources, { maxMonthlyUsd, outsideBudget, region }) {
    const { items, unpriced } = estimate(resources, region);
    for (const { resource: name, what } of unpriced) {
      const resource = resources.find((one) => one.name === name);
      if (resource && !covers(outsideBudget, what)) {
        yield {
          resource,
          fact: `there is no price for ${what}`,
          fix: "Add it to prices.json with its source and date, choose another type, or name it in outsideBudget in the policy's configuration.",
        };
      }
    }
    const sum = totalUsd(items);
    const largest = items.sort((a, b) => b.usd - a.usd || a.resource.localeCompare(b.resource));
    const dearest = resources.find(({ name }) => name === largest[0]?.resource);
    if (dearest && !(sum <= maxMonthlyUsd)) {
      // Items below this would hide the others.
      const small = largest.filter(({ usd }) => usd < 5);
      const lines = largest
        .slice(0, largest.length - small.length)
        .map(
          ({ resource, what, quantity, unit, usd }) =>
            `${resource} $${usd.toFixed(2)} for ${quantity} ${unit} of ${what}`,
        );
      if (small.length > 0) {
        lines.push(`${small.length} smaller items $${totalUsd(small).toFixed(2)}`);
      }
      yield {
        resource: dearest,
        fact: `the stack costs about $${sum.toFixed(2)} a month: ${lines.join(", ")}`,
        limit: `the budget is $${maxMonthlyUsd}`,
      };
    }
  },
});
