import type { PolicyStatus } from "../engine/policy-pack";
import { costChanges, costOf } from "./cost";
import type { Change, Plan, Verdict } from "./plan";

/** What a plan is compared with, as the reader should know it. */
export interface Comparison {
  readonly ref: string;
  readonly commit: string;
}

/** A plan with what the reader has to know about how it was made. */
export interface Preview {
  readonly plan: Plan;
  /** Region whose prices apply. */
  readonly region: string;
  /** Pulumi's own preview of the deployed stack, instead of a comparison of programs. */
  readonly isDeployed: boolean;
  readonly against?: Comparison | undefined;
  /** Configuration over the stack's file, which applies to this program only. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

/** The preview for other programs, as `preview.schema.json` describes it. */
export interface PreviewDocument {
  readonly schemaVersion: 1;
  readonly stack: string;
  readonly source: "programs" | "deployed stack";
  readonly against: Comparison | null;
  readonly verdict: Verdict;
  readonly changes: readonly Change[];
  readonly policies: readonly PolicyOutcome[];
  readonly costs: {
    readonly currency: "USD";
    /** List prices per month, without what depends on traffic. */
    readonly monthly: number;
    readonly monthlyBefore: number | null;
    readonly changes: readonly { resource: string; before: number; after: number }[];
    readonly unpriced: readonly string[];
  };
  readonly unknown: Plan["unknown"];
  readonly resources: Plan["resources"];
}

export interface PolicyOutcome {
  readonly name: string;
  readonly level: string;
  readonly result: "passed" | "violated" | "notApplicable";
  /** Resources that it passed. */
  readonly passed: number;
  readonly violations: readonly { readonly resource: string; readonly message: string }[];
}

export function previewDocument({ plan, region, isDeployed, against }: Preview): PreviewDocument {
  const isCompared = isDeployed || against !== undefined;
  const cost = costOf(plan.resources, region);
  const before = isCompared ? costOf(plan.deployed, region) : undefined;
  return {
    schemaVersion: 1,
    stack: plan.stack,
    source: isDeployed ? "deployed stack" : "programs",
    against: against ?? null,
    verdict: plan.verdict,
    changes: plan.changes,
    policies: policyOutcomes(plan),
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

/** Every policy with what it found. */
export function policyOutcomes({ result }: Plan): readonly PolicyOutcome[] {
  return result.policies.map((policy) => ({
    name: policy.name,
    level: policy.enforcementLevel,
    result: outcome(policy),
    passed: policy.passes,
    violations: result.violations
      .filter(({ name }) => name === policy.name)
      .map(({ resource, message }) => ({ resource, message }))
      .sort((a, b) => (a.resource + a.message < b.resource + b.message ? -1 : 1)),
  }));
}

function outcome({ result, passes }: PolicyStatus): PolicyOutcome["result"] {
  return result === "passed" && passes === 0 ? "notApplicable" : result;
}
