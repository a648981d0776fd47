import { log } from "@pulumi/pulumi";
import { CommandError, type EngineEvent, type UpOptions } from "@pulumi/pulumi/automation";
import { existsSync } from "node:fs";
import { projectFolder } from "../machine/project";
import { projectPack, withPolicies, type OperationResult, type PolicyPack } from "./policy-pack";
import { RunRecord } from "./run-record";
import { openWorkspace, type Workspace, type WorkspaceArgs } from "./workspace";

/** A run that the engine, the program, a provider or the policy pack ended; the message has the reason. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  /** What had happened until then. */
  readonly result: OperationResult;

  constructor(result: OperationResult, cause: unknown) {
    super(explanation(result, cause), { cause });
    this.result = result;
  }
}

/** After an abort the engine gets this long to end before it is interrupted. */
const GRACE_MILLISECONDS = 20_000;

export interface StackArgs extends Omit<WorkspaceArgs, "root"> {
  /** Every event of the engine, as it comes. */
  readonly onEvent?: (event: EngineEvent) => void;
  /** Folder of Pulumi.yaml. @default this project */
  readonly root?: string;
  /** @default the project's pack with the stack's limits */
  readonly policyPack?: PolicyPack;
}

type RunOptions = Pick<UpOptions, "color" | "signal" | "onEvent">;

/** A stack of the program, run by the real engine against the providers of this machine. */
export class LocalStack {
  readonly #workspace: Workspace;
  readonly #args: StackArgs;
  readonly #pack: PolicyPack;

  constructor(workspace: Workspace, args: StackArgs, pack: PolicyPack) {
    this.#workspace = workspace;
    this.#args = args;
    this.#pack = pack;
  }

  /** Plans without creating anything. @throws EngineError */
  async preview(): Promise<OperationResult> {
    const { stack } = this.#workspace;
    return this.#run((options) => stack.preview({ ...options, ...this.#policyOptions }));
  }

  /**
   * Makes the stack what the program says, after a plan of it: what a policy refuses is refused before
   * anything is created.
   *
   * @param options.refresh - first brings recorded resources back to life through their data planes.
   * @param options.isAccepted - the same plan was accepted before; it is judged in the update only. @default false
   * @throws EngineError
   */
  async up({
    refresh = false,
    isAccepted = false,
  }: { readonly refresh?: boolean; readonly isAccepted?: boolean } = {}): Promise<OperationResult> {
    const { stack } = this.#workspace;
    if (!isAccepted) await this.preview();
    return this.#run((options) => stack.up({ ...options, ...this.#policyOptions, refresh }));
  }

  /**
   * Records what the program declares as deployed, in a new account and without the policies: what a preview of
   * another program is to change.
   *
   * @param options.refresh - first brings recorded resources back to life through their data planes.
   * @throws EngineError
   */
  async record({ refresh = false } = {}): Promise<OperationResult> {
    return this.#run((options) => this.#workspace.stack.up({ ...options, refresh }));
  }

  /** @throws EngineError */
  async destroy(): Promise<OperationResult> {
    return this.#run((options) => this.#workspace.stack.destroy(options));
  }

  /** The program's outputs after the last `up`; secrets in the clear. */
  async outputs(): Promise<Readonly<Record<string, unknown>>> {
    const { stack } = this.#workspace;
    const outputs = Object.entries(await stack.workspace.stackOutputs(stack.name));
    return Object.fromEntries(outputs.map(([name, { value }]) => [name, value as unknown]));
  }

  /** Stops the providers and gives the backend folder back; nothing of the engine keeps running. */
  close(): void {
    this.#workspace.close();
  }

  get #policyOptions() {
    return { policyPacks: [this.#pack.folder], policyPackConfigs: [this.#pack.configFile] };
  }

  async #run(operation: (options: RunOptions) => Promise<unknown>): Promise<OperationResult> {
    const { project, provider, programErrors } = this.#workspace;
    const { signal, stack, onEvent } = this.#args;
    signal?.throwIfAborted();
    const record = new RunRecord();
    programErrors.length = 0;
    const interruption = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    // Refusing to serve ends the run in order. A signal would be the second one after a Ctrl-C, which
    // reaches the engine too, and a second one makes it drop what it is doing.
    const abort = (): void => {
      provider.close();
      timer = setTimeout(() => {
        interruption.abort();
      }, GRACE_MILLISECONDS);
    };
    signal?.addEventListener("abort", abort, { once: true });
    provider.open(project, stack, signal);
    // Pulumi takes a stack trace for every promise, and sends every debug message to the engine, which sends it back.
    const { stackTraceLimit } = Error;
    const { debug } = log;
    Error.stackTraceLimit = 0;
    Object.assign(log, { debug: () => Promise.resolve() });
    try {
      await operation({
        color: "never",
        signal: interruption.signal,
        onEvent: (event) => {
          record.add(event);
          onEvent?.(event);
        },
      });
      return withPolicies(this.#pack, record.result);
    } catch (error) {
      signal?.throwIfAborted();
      throw new EngineError(withPolicies(this.#pack, record.result), programErrors[0] ?? error);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
      Object.assign(log, { debug });
      provider.close();
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }
}

/**
 * Opens a stack; {@link LocalStack.close} it in the end.
 *
 * @throws when there is no engine and none can be built, when there is no such stack, or none with limits, when its
 *   configuration cannot be used, or when another process uses the backend folder.
 */
export async function openStack(args: StackArgs): Promise<LocalStack> {
  const pack = args.policyPack ?? projectPack(args.stack);
  if (!existsSync(pack.configFile)) {
    throw new Error(
      `The stack ${args.stack} has no limits for the policies: ${pack.configFile} is missing; ` +
        "copy the file of another stack, or write {} into it for the strict defaults.",
    );
  }
  const workspace = await openWorkspace({ root: projectFolder, ...args });
  return new LocalStack(workspace, args, pack);
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
