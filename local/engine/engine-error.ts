import { CommandError } from "@pulumi/pulumi/automation";
import type { OperationResult } from "./policy-pack";

/** A run that the engine, the program, a provider or the policy pack ended; the message tells why. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  /** What had happened until then. */
  readonly result: OperationResult;

  constructor(result: OperationResult, cause: unknown) {
    super(explanation(result, cause), { cause });
    this.result = result;
  }
}

/** The rules that were broken, else what the program threw, else what the engine reported. */
function explanation({ violations, errors }: OperationResult, cause: unknown): string {
  const refusals = violations
    .filter(({ enforcementLevel }) => enforcementLevel === "mandatory")
    .map(({ name, message }) => `${name}: ${message.replaceAll("\n", "\n  ")}`);
  if (refusals.length > 0) {
    return listed("The policy pack refuses this program:", [...refusals, ...errors]);
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  if (!(cause instanceof CommandError)) return message;
  const printed = [...message.matchAll(/^error: (.+)$/gm)].map(([, text = ""]) => text);
  const reasons = new Set([...errors, ...printed]);
  return reasons.size > 0 ? listed("The engine reports:", [...reasons]) : message;
}

function listed(heading: string, items: readonly string[]): string {
  return [heading, ...items.map((item) => `- ${item}`)].join("\n");
}
