import { costChanges, costOf } from "./cost";
import type { PolicyViolation } from "../engine/run-record";
import type { Plan } from "./plan";

/** A plan with what the reader has to know about how it was made. */
export interface Preview {
  readonly plan: Plan;
  /** Region whose prices apply. */
  readonly region: string;
  /** Pulumi's own preview of the deployed stack, instead of a comparison of programs. */
  readonly isDeployed: boolean;
  /** The commit that the plan is compared with. */
  readonly against?: { readonly ref: string; readonly commit: string } | undefined;
  /** Configuration over the stack's file, which applies to this program only. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

/** Whether there is anything that the plan changes, rather than an empty account. */
export function isCompared({ isDeployed, against }: Preview): boolean {
  return isDeployed || against !== undefined;
}

/** The preview for other programs, as `preview.schema.json` describes it. */
export function previewDocument(preview: Preview) {
  const { plan, region, isDeployed, against } = preview;
  const cost = costOf(plan.resources, region);
  const before = isCompared(preview) ? costOf(plan.deployed, region) : undefined;
  return {
    schemaVersion: 1,
    stack: plan.stack,
    source: isDeployed ? "deployed stack" : "programs",
    against: against ?? null,
    verdict: plan.verdict,
    changes: plan.changes,
    policies: policyOutcomes(plan),
    // List prices per month, without what depends on traffic.
    costs: {
      currency: "USD",
      monthly: cost.usd,
      monthlyBefore: before?.usd ?? null,
      changes: before === undefined ? [] : costChanges(before, cost),
      unpriced: cost.unpriced,
    },
    unknown: plan.unknown,
    resources: plan.resources,
  };
}

/** Every policy with what it found: how many resources it passed, and what it says of the others. */
export function policyOutcomes({ result }: Plan) {
  return result.policies.map((policy) => ({
    name: policy.name,
    level: policy.enforcementLevel,
    result:
      policy.result === "passed" && policy.passes === 0
        ? ("notApplicable" as const)
        : policy.result,
    passed: policy.passes,
    violations: result.violations
      .filter(({ name }) => name === policy.name)
      .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
      .map(({ resource, message }) => ({ resource, message })),
  }));
}

/** What stops the update comes before what only advises. */
function sortKey({ enforcementLevel, resource, message }: PolicyViolation): string {
  return `${enforcementLevel === "mandatory" ? 0 : 1}${resource}${message}`;
}
