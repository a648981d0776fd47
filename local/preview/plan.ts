import { statefulTypes } from "../../policies/engine/sdk-types";
import { stable, unknownText } from "../engine/plan-report";
import { unjudged, type OperationResult } from "../engine/policy-pack";
import type { DeployedState, ResourceStep } from "../engine/run-record";
import { logicalName, typeInUrn } from "../provider/names";
import { containsUnknown, type Values } from "../provider/values";
import { accessChanges, isPolicyDocument } from "./access";
import { consequencesOf } from "./consequences";
import { optionKey, type DeclaredOptions } from "./declared-options";
import { structuralChanges, valueAt, valueText, type PropertyChange } from "./structure";

export const operations = ["replace", "delete", "update", "create", "import", "keep"] as const;
export type Operation = (typeof operations)[number];

export type Verdict = "accepted" | "refused" | "stopped" | "unjudged";

export interface PlanArgs {
  readonly stack: string;
  readonly result: OperationResult;
  /** Folder of the project; paths are given from there. */
  readonly root: string;
  /** That of the program that is deployed, by default the same. */
  readonly deployedRoot?: string;
  /** Options of the program that is planned, and of the one that is deployed, where they were noted. */
  readonly options?: DeclaredOptions | undefined;
  readonly deployedOptions?: DeclaredOptions | undefined;
}

export type Plan = ReturnType<typeof planOf>;

/** A plan as reviewers and programs see it. */
export function planOf(args: PlanArgs) {
  const { stack, result } = args;
  const steps = result.resources.filter(({ type }) => !type.startsWith("pulumi:"));
  const stableSteps = steps.map((step) => stableStep(step, args));
  const components = componentsOf(stableSteps);
  const consequences = consequencesOf(stableSteps);
  const roles = new Map(
    stableSteps
      .filter(({ type }) => type === "aws:iam/role:Role")
      .map(({ urn, inputs }) => [String(inputs["name"]), logicalName(urn)]),
  );
  const resources = stableSteps.filter(isOfAws);
  const changes = resources
    .map((step) => changeOf(step, { ...args, component: components(step), consequences, roles }))
    .filter((change) => change !== undefined)
    .sort((a, b) => (a.urn < b.urn ? -1 : 1));
  const declared = steps.filter((step) => isOfAws(step) && step.op !== "delete");
  return {
    stack,
    result,
    verdict: verdictOf(result, changes),
    /** Resources of AWS that the program declares, with values that are the same on every machine. */
    resources: resources
      .filter(({ op }) => op !== "delete")
      .map(({ urn, type, inputs }) => ({ urn, type, inputs }))
      .sort((a, b) => (a.urn < b.urn ? -1 : 1)),
    /** Those that are deployed. */
    deployed: resources.flatMap(({ type, old }) =>
      old === undefined ? [] : [{ urn: old.urn, type, inputs: old.inputs }],
    ),
    changes,
    /** Properties that are known only in the update, by resource. */
    unknown: declared
      .map(({ urn, inputs }) => ({
        resource: urn,
        properties: Object.keys(inputs).filter((name) => containsUnknown(inputs[name])),
      }))
      .filter(({ properties }) => properties.length > 0),
  };
}

function isOfAws({ type }: ResourceStep): boolean {
  return type.startsWith("aws:");
}

function stableStep(step: ResourceStep, { root, deployedRoot = root }: PlanArgs): ResourceStep {
  const of = (values: Values, from = root): Values => stable(values, from) as Values;
  const { old } = step;
  return {
    ...step,
    inputs: of(step.inputs),
    outputs: of(step.outputs),
    old: old && {
      ...old,
      inputs: of(old.inputs, deployedRoot),
      outputs: of(old.outputs, deployedRoot),
    },
  };
}

interface Context extends PlanArgs {
  readonly component: string;
  readonly consequences: ReturnType<typeof consequencesOf>;
  readonly roles: ReadonlyMap<string, string>;
}

export type Change = NonNullable<ReturnType<typeof changeOf>>;

/** What an update does to a resource; `import` when it exists already, `keep` when it shows in the program only. */
function changeOf(step: ResourceStep, context: Context) {
  const { urn, type, op, old, inputs } = step;
  const { component, consequences, roles } = context;
  const operation = operations.find((one) => one === op) ?? "keep";
  const isDeleted = operation === "delete";
  const causes = new Set<string>();
  const before = old && consequences(old.inputs, urn, causes);
  const after = isDeleted ? undefined : inputs;
  const changed = [...new Set(step.changes.map((path) => path.split(/[.[]/)[0] ?? path))];
  const differing = changed.filter(
    (name) => before === undefined || !sameText(before[name], inputs[name]),
  );
  const notes = notesOf(step, context);
  const access = ["import", "keep"].includes(operation)
    ? []
    : accessChanges({ urn, type, before, after, component, changed }, roles);
  if (operation === "keep" && notes.length === 0) return undefined;
  const removes = operation === "replace" || isDeleted;
  return {
    urn,
    type,
    name: logicalName(urn),
    /** The component that the resource belongs to, such as `EventStream pipeline-events`. */
    component,
    operation,
    properties:
      before === undefined || after === undefined
        ? []
        : differing
            .filter((name) => !isPolicyDocument(inputs[name] ?? before[name]))
            .flatMap((path): PropertyChange[] => {
              const changes = structuralChanges(path, before[path], after[path]);
              // The engine reports that a secret differs, not how.
              return changes.length > 0
                ? changes
                : [{ path, before: before[path], after: after[path] }];
            }),
    access,
    /** Resources whose replacement, or new version, is the only reason. */
    causes: differing.length === 0 ? [...causes] : [],
    /** What happens besides: deletion first, a new name in the program, ignored properties. */
    notes,
    /** Protection, which ends the update with an error. */
    isStopped: removes && isStopped(step, context),
    /** What a deletion or replacement loses. */
    dataLoss: removes && old ? lossOf(type, old, operation) : undefined,
  };
}

function sameText(before: unknown, after: unknown): boolean {
  const text = JSON.stringify(before);
  return (
    text === JSON.stringify(after) && !text.includes("[secret]") && !text.includes(unknownText)
  );
}

function isStopped({ type, op, old, protect }: ResourceStep, { deployedOptions }: Context) {
  if (old === undefined) return false;
  const key = optionKey(type, logicalName(old.urn));
  const wasProtected = deployedOptions?.protectedResources.has(key) ?? old.protect;
  // A program that takes the protection off may replace the resource in the same update.
  return wasProtected && (op === "delete" || protect);
}

function notesOf(step: ResourceStep, { options }: Context): readonly string[] {
  const { urn, type, op, old, inputs, isDeletedFirst } = step;
  if (old === undefined) return [];
  const name = logicalName(urn);
  const ignored = [...(options?.ignored.get(optionKey(type, name)) ?? [])].flatMap(
    ([path, wanted]) => {
      const current = valueAt(old.inputs, path);
      return structuralChanges(path, current, wanted);
    },
  );
  return [
    ...(op !== "delete" && old.urn !== urn
      ? [
          logicalName(old.urn) === name
            ? "moved by an alias"
            : `renamed from ${logicalName(old.urn)} by an alias`,
        ]
      : []),
    ...(isDeletedFirst ? ["deleted before its replacement is created"] : []),
    ...(op === "delete" && old.retainOnDelete ? ["stays in AWS without the stack"] : []),
    ...(op === "replace" && old.retainOnDelete ? ["the replaced one stays in AWS"] : []),
    ...ignored.map(
      ({ path, before, after }) =>
        `${path} ${valueText(before)} → ${valueText(after)} is ignored: ${/:(Stream|Application|Target)$/.test(type) ? "scaled elsewhere" : "set elsewhere"}; it stays ${valueText(valueAt(inputs, path))}`,
    ),
  ];
}

function verdictOf(result: OperationResult, changes: readonly Change[]): Verdict {
  if (result.violations.some(({ enforcementLevel }) => enforcementLevel === "mandatory")) {
    return "refused";
  }
  if (changes.some(({ isStopped: stopped }) => stopped)) return "stopped";
  return unjudged(result).length > 0 || result.policies.length === 0 ? "unjudged" : "accepted";
}

/** The part of the program that a resource belongs to: the outermost component below the one that holds everything. */
function componentsOf(steps: readonly ResourceStep[]): (step: ResourceStep) => string {
  const parents = new Map(steps.map(({ urn, parent }) => [urn, parent]));
  const chainOf = (step: ResourceStep): string[] => {
    const chain: string[] = [];
    for (let urn = step.parent; urn !== ""; urn = parents.get(urn) ?? "") {
      const type = typeInUrn(urn);
      if (!/^(aws|awsx|pulumi):/.test(type)) {
        chain.unshift(`${type.split(":").at(-1) ?? type} ${logicalName(urn)}`);
      }
    }
    return chain;
  };
  const chains = new Map(steps.filter(isOfAws).map((step) => [step, chainOf(step)]));
  const outermost = new Set([...chains.values()].map(([first]) => first));
  return (step) => {
    const chain = chains.get(step) ?? [];
    return (outermost.size === 1 ? chain[1] : undefined) ?? chain[0] ?? "";
  };
}

/** What goes with a resource that holds data, and how long it is away. */
const losses: Readonly<Record<string, (inputs: Values) => string>> = {
  "aws:kinesis/stream:Stream": ({ retentionPeriod = 24 }) =>
    `loses the records of the last ${String(retentionPeriod)} hours; a new stream takes up to 5 minutes`,
  "aws:kinesisanalyticsv2/application:Application": () =>
    "loses the job's state and its snapshots; a new application takes up to 10 minutes",
  // https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
  "aws:kms/key:Key": ({ deletionWindowInDays = 30 }) =>
    `makes everything it encrypts unreadable; deletion can be cancelled for ${String(deletionWindowInDays)} days`,
  // https://docs.aws.amazon.com/opensearch-service/latest/developerguide/gsgcreate-domain.html
  "aws:opensearch/domain:Domain": () =>
    "loses all indices and the automated snapshots; a new domain takes 15 to 30 minutes",
  "aws:s3/bucket:Bucket": ({ forceDestroy }) =>
    forceDestroy === true
      ? "loses all objects"
      : "fails while the bucket has objects; they must be moved first",
};

/** What deleting or replacing a resource loses; undefined when it holds no data, or leaves the stack with them. */
function lossOf(type: string, old: DeployedState, operation: Operation): string | undefined {
  const isStateful = (statefulTypes as readonly string[]).includes(type);
  const loss = losses[type] ?? (isStateful ? () => "loses its data" : undefined);
  if (!old.retainOnDelete || loss === undefined) return loss?.(old.inputs);
  return operation === "replace" ? "begins empty; the replaced one stays in AWS" : undefined;
}
