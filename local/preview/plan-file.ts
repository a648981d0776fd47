import type { EngineEvent } from "@pulumi/pulumi/automation";
import { readFileSync } from "node:fs";
import { projectPack, withPolicies, type OperationResult } from "../engine/policy-pack";
import { RunRecord } from "../engine/run-record";
import { isObject, mapValues, type Values } from "../provider/values";

/**
 * Reads what `pulumi preview --json` printed: a digest, or with PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true one event
 * per line. Only the events have the policies.
 *
 * @throws when the file holds neither.
 */
export function readPlanFile(file: string, stack: string): OperationResult {
  const record = new RunRecord();
  try {
    const text = readFileSync(file, "utf8");
    if (text.trimStart().startsWith("{\n") || text.trimStart().startsWith("{\r")) {
      const events = eventsOf(JSON.parse(text) as Digest);
      for (const event of events) record.add(event);
      return { ...record.result, policies: [] };
    }
    for (const line of text.split("\n").filter((candidate) => candidate !== "")) {
      record.add(JSON.parse(line) as EngineEvent);
    }
  } catch (error) {
    throw new Error(
      `--plan must be the output of pulumi preview --json; ${file} is not: ${String(error)}`,
      { cause: error },
    );
  }
  const { result } = record;
  if (result.resources.length === 0) {
    throw new Error(
      `--plan must be the output of pulumi preview --json; ${file} has no resources.`,
    );
  }
  const judged = Object.keys(result.passes).length + result.violations.length > 0;
  return judged ? withPolicies(projectPack(stack), result) : { ...result, policies: [] };
}

interface Digest {
  readonly steps: readonly {
    readonly op: string;
    readonly urn: string;
    readonly oldState?: Values;
    readonly newState?: Values;
    readonly diffReasons?: readonly string[];
    readonly detailedDiff?: Readonly<Record<string, Values>> | null;
  }[];
  readonly changeSummary?: Readonly<Record<string, number>>;
  readonly diagnostics?: readonly { readonly message: string; readonly severity: string }[];
}

function eventsOf({ steps, changeSummary = {}, diagnostics = [] }: Digest): EngineEvent[] {
  const events = [
    ...steps.map(({ op, urn, oldState, newState, diffReasons, detailedDiff }) => ({
      resourcePreEvent: {
        metadata: {
          op,
          urn,
          type: (newState ?? oldState)?.["type"],
          old: oldState,
          new: newState,
          diffs: diffReasons,
          detailedDiff: mapValues(isObject(detailedDiff) ? detailedDiff : {}, ({ kind }) => ({
            diffKind: kind,
          })),
        },
      },
    })),
    ...diagnostics.map((diagnosticEvent) => ({ diagnosticEvent })),
    { summaryEvent: { resourceChanges: changeSummary } },
  ];
  return events as unknown as EngineEvent[];
}
