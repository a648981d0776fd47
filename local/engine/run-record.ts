import type {
  EngineEvent,
  StepEventMetadata,
  StepEventStateMetadata,
} from "@pulumi/pulumi/automation";
import type { Values } from "../provider/values";

/** A resource in a plan or an update, in the order in which the engine came to it. */
export interface ResourceStep {
  readonly urn: string;
  readonly type: string;
  readonly parent: string;
  /** What happens to it: create, update, replace, delete, same … */
  readonly op: string;
  /** Checked inputs; secrets are blinded. Of what is deleted those as deployed. */
  readonly inputs: Values;
  /** What is known of the outputs and the id; those as deployed where nothing changes. */
  readonly outputs: Values;
  /** Paths of the properties that change. */
  readonly changes: readonly string[];
  readonly protect: boolean;
  /** The replaced resource is deleted before its replacement is created. */
  readonly isDeletedFirst: boolean;
  /** The resource as deployed; absent when it is new. */
  readonly old?: DeployedState | undefined;
}

/** A resource as the last deployment left it. */
export interface DeployedState {
  /** Differs from the step's URN when an alias renames the resource. */
  readonly urn: string;
  readonly inputs: Values;
  readonly outputs: Values;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
}

/** A rule that a resource, or the whole stack, breaks. */
export interface PolicyViolation {
  readonly name: string;
  /** `mandatory` stops the run, `advisory` does not. */
  readonly enforcementLevel: string;
  /** URN of the resource; empty when the stack as a whole is meant. */
  readonly resource: string;
  readonly message: string;
}

/** What a run of the engine came to. */
export interface RunResult {
  readonly resources: readonly ResourceStep[];
  readonly violations: readonly PolicyViolation[];
  /** How many resources each policy passed; a policy that applied to nothing is absent. */
  readonly passes: Readonly<Record<string, number>>;
  /** Resources by what happens to them. */
  readonly summary: Readonly<Record<string, number>>;
  /** Errors that the engine, the program and the providers reported. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

interface PolicySummary {
  readonly passed?: readonly string[];
}

/** Events that the Automation API's types do not name. */
type Event = EngineEvent & {
  readonly policyAnalyzeSummaryEvent?: PolicySummary;
  readonly policyAnalyzeStackSummaryEvent?: PolicySummary;
  readonly errorEvent?: { readonly error: string };
};

/** The engine names its steps more finely than a plan wants to. */
const PARTS_OF_REPLACEMENT = new Set([
  "create-replacement",
  "delete-replaced",
  "discard-replaced",
  "import-replacement",
]);

/** Collects what the engine says during one run. */
export class RunRecord {
  readonly #resources = new Map<string, ResourceStep>();
  readonly #deletedFirst = new Set<string>();
  readonly #result = {
    violations: [] as PolicyViolation[],
    passes: {} as Record<string, number>,
    summary: {} as Readonly<Record<string, number>>,
    errors: [] as string[],
    warnings: [] as string[],
  };

  readonly add = (event: Event): void => {
    const { resourcePreEvent, resOutputsEvent, policyEvent, diagnosticEvent, summaryEvent } = event;
    if (resourcePreEvent) this.#addStep(resourcePreEvent.metadata);
    if (resOutputsEvent) this.#addOutputs(resOutputsEvent.metadata);
    const { violations, passes, errors, warnings } = this.#result;
    if (summaryEvent) this.#result.summary = summaryEvent.resourceChanges;
    if (policyEvent) {
      violations.push({
        name: policyEvent.policyName,
        enforcementLevel: policyEvent.enforcementLevel,
        resource: policyEvent.resourceUrn ?? "",
        message: withoutColors(policyEvent.message),
      });
    }
    if (event.errorEvent) errors.push(event.errorEvent.error);
    for (const { passed = [] } of [
      event.policyAnalyzeSummaryEvent ?? {},
      event.policyAnalyzeStackSummaryEvent ?? {},
    ]) {
      for (const name of passed) passes[name] = (passes[name] ?? 0) + 1;
    }
    if (diagnosticEvent && diagnosticEvent.ephemeral !== true) {
      const message = withoutColors(diagnosticEvent.message);
      // The engine ends a run that failed by saying so.
      const isSummary = /^(preview|update|refresh|destroy) failed$/.test(message);
      if (diagnosticEvent.severity === "error" && !isSummary) errors.push(message);
      // It takes the policy host from PATH, which is where it is meant to be.
      const isAboutHost = message.includes("pulumi-analyzer-policy-nodejs from $PATH");
      if (diagnosticEvent.severity === "warning" && !isAboutHost) warnings.push(message);
    }
  };

  get result(): RunResult {
    return { ...this.#result, resources: [...this.#resources.values()] };
  }

  #addStep({ urn, type, op, old, new: next, detailedDiff, diffs }: StepEventMetadata): void {
    // A replacement that comes after the deletion of what it replaces is named the other way about.
    if (op === "delete-replaced" && !this.#resources.has(urn)) this.#deletedFirst.add(urn);
    if (PARTS_OF_REPLACEMENT.has(op)) return;
    const state = next ?? old;
    const details = Object.keys(detailedDiff ?? {});
    this.#resources.set(urn, {
      urn,
      type,
      op,
      parent: state?.parent ?? "",
      inputs: (state?.inputs ?? {}) as Values,
      outputs: (state?.outputs ?? {}) as Values,
      changes: details.length > 0 ? details : (diffs ?? []),
      protect: next?.protect === true,
      isDeletedFirst: op === "replace" && this.#deletedFirst.has(urn),
      // The engine sends null for what is not there.
      old: old ? deployed(old) : undefined,
    });
  }

  #addOutputs({ urn, op, new: next }: StepEventMetadata): void {
    const step = this.#resources.get(urn);
    if (step === undefined || !next || op === "delete-replaced") return;
    this.#resources.set(urn, { ...step, outputs: { ...next.outputs, id: next.id } });
  }
}

function deployed(state: StepEventStateMetadata): DeployedState {
  const { urn, id, inputs, outputs, protect, retainOnDelete } = state;
  return {
    urn,
    inputs,
    outputs: { ...outputs, id },
    protect: protect === true,
    retainOnDelete: retainOnDelete === true,
  };
}

/** The engine marks colours as <{%fg 1%}>. */
function withoutColors(text: string): string {
  return text.replace(/<\{%.*?%\}>/g, "").trim();
}
