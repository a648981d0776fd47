import type { OperationResult } from "../../../local/engine/policy-pack";
import type { ResourceStep } from "../../../local/engine/run-record";
import { planOf, type Plan } from "../../../local/preview/plan";
import type { Values } from "../../../local/provider/values";

export const STREAM = "aws:kinesis/stream:Stream";
export const GROUP = "aws:cloudwatch/logGroup:LogGroup";

/** What happens to a resource: its inputs before and after, undefined where it is not there. */
export interface Step {
  readonly type?: string;
  readonly name: string;
  readonly before?: Values;
  readonly after?: Values;
  readonly replaces?: boolean;
  readonly protect?: boolean;
  readonly retains?: boolean;
}

function stepOf({
  type = STREAM,
  name,
  before,
  after,
  replaces = false,
  protect,
  retains = false,
}: Step): ResourceStep {
  const urn = `urn:pulumi:prod::pipeline::${type}::${name}`;
  const keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const changes = keys.filter(
    (key) => JSON.stringify(before?.[key]) !== JSON.stringify(after?.[key]),
  );
  const kept = changes.length === 0 ? "same" : replaces ? "replace" : "update";
  return {
    urn,
    type,
    parent: "",
    changes,
    isDeletedFirst: false,
    op: before === undefined ? "create" : after === undefined ? "delete" : kept,
    inputs: after ?? before ?? {},
    outputs: after ?? before ?? {},
    protect: protect === true,
    old: before && {
      urn,
      inputs: before,
      outputs: before,
      retainOnDelete: retains,
      protect: protect === true,
    },
  };
}

export const kept = {
  name: "shard-limit",
  enforcementLevel: "mandatory",
  result: "passed",
  passes: 1,
} as const;

export function planFrom(steps: readonly Step[], more: Partial<OperationResult> = {}): Plan {
  const result: OperationResult = {
    violations: [],
    passes: {},
    summary: {},
    errors: [],
    warnings: [],
    policies: [kept],
    resources: steps.map(stepOf),
    ...more,
  };
  return planOf({ stack: "prod", root: "/project", result });
}
