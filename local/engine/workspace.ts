import { LocalWorkspace, Stack, type PulumiFn } from "@pulumi/pulumi/automation";
import { mkdirSync } from "node:fs";
import path from "node:path";
import type { DataPlanes } from "../provider/data-plane";
import { type ProviderServers, startProviders } from "../provider/server";
import { claimBackend } from "./backend";
import { findEngine, type FindEngineArgs } from "./installation";
import { makeWorkFolder, type ConfigOverrides } from "./work-folder";

export interface WorkspaceArgs extends FindEngineArgs {
  /** Name of a stack: there is a Pulumi.<stack>.yaml. */
  readonly stack: string;
  /** Folder for the engine's state and its home; a new one is an empty account. */
  readonly backendFolder: string;
  /** The program, as it is under `pulumi up`. */
  readonly program: PulumiFn;
  /** What really runs on this machine; without it everything is recorded only. */
  readonly dataPlanes?: DataPlanes | undefined;
  /** Configuration over the stack's file; a key without a namespace belongs to the project. */
  readonly configOverrides?: ConfigOverrides | undefined;
  /** Folder of Pulumi.yaml. */
  readonly root: string;
  /** The state is written once, at the end: nothing of it has to outlive a crash. @default false */
  readonly isThrowaway?: boolean | undefined;
}

/** The engine, a stack of its own, and the providers that serve it. */
export type Workspace = Awaited<ReturnType<typeof openWorkspace>>;

/**
 * @throws when there is no engine and none can be built, when there is no such stack, or when another
 *   process uses the backend folder.
 */
export async function openWorkspace(args: WorkspaceArgs) {
  const { backendFolder, root, stack: stackName } = args;
  const backend = claimBackend(backendFolder);
  let providers: ProviderServers | undefined;
  const close = (): void => {
    providers?.close();
    backend.release();
  };
  try {
    const folder = path.join(backendFolder, "work");
    const made = makeWorkFolder(folder, root, stackName, args.configOverrides);
    const { project, environments } = made;
    if (environments.length > 0) {
      args.onProgress?.(
        `Pulumi.${stackName}.yaml imports the ESC environment ${environments.join(", ")}, which cannot be ` +
          "opened here. Set what it configures by --config.",
      );
    }
    const { command, policyHostFolder } = await findEngine(args);
    providers = await startProviders({ root, dataPlanes: args.dataPlanes });
    const state = path.join(backendFolder, "state");
    const isNew = mkdirSync(state, { recursive: true }) !== undefined;
    // What the program has thrown since this was last emptied.
    const programErrors: unknown[] = [];
    const workspace = await LocalWorkspace.create({
      workDir: folder,
      program: async () => {
        try {
          return await args.program();
        } catch (error) {
          // Reported as it is; the engine reports it with its stack, and twice.
          programErrors.push(error);
          throw error;
        }
      },
      pulumiCommand: command,
      pulumiHome: path.join(backendFolder, "home"),
      envVars: {
        PULUMI_BACKEND_URL: `file://${state}`,
        // Secrets of the local state are worth no more than the state next to them.
        PULUMI_CONFIG_PASSPHRASE: "",
        PULUMI_DEBUG_PROVIDERS: providers.attachment,
        ...(args.isThrowaway === true && { PULUMI_SKIP_CHECKPOINTS: "true" }),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        ...(policyHostFolder && {
          PATH: [policyHostFolder, process.env["PATH"]].join(path.delimiter),
        }),
      },
    });
    // A new account has no stack to look for.
    const stack = isNew
      ? await Stack.create(stackName, workspace)
      : await Stack.createOrSelect(stackName, workspace);
    // The API reads outputs and history after each operation, by three commands whose results nothing uses.
    Object.assign(stack, {
      outputs: () => Promise.resolve({}),
      info: () => Promise.resolve(undefined),
    });
    if (backend.wasInterrupted) await forgetPendingOperations(stack);
    return { stack, project, provider: providers.provider, programErrors, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** What an interrupted run was creating is not there: it ended with the run. */
async function forgetPendingOperations(stack: Stack): Promise<void> {
  const state = await stack.exportStack();
  const deployment = state.deployment as { pending_operations?: readonly unknown[] } | undefined;
  if (!deployment?.pending_operations?.length) return;
  await stack.importStack({ ...state, deployment: { ...deployment, pending_operations: [] } });
}
