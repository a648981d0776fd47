import { Command, InvalidArgumentError, Option } from "commander";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readWorkload, workloadFolder } from "../../infra/contracts/workload";
import { Problems } from "../../infra/core/validate";
import { exitCodes, exitWith } from "../../cli/command";
import { outputProblem } from "../../cli/options";
import { planText } from "../engine/plan-report";
import { unjudged } from "../engine/policy-pack";
import { EngineError, openStack } from "../engine/stack";
import { configValue, regionOf, stackNames, workloadOf } from "../engine/work-folder";
import { ensureJob, jobOf } from "../machine/job-build";
import { projectFolder } from "../machine/project";
import { commitOf, pipelineProgram, withBase } from "./base";
import { DeclaredOptions } from "./declared-options";
import { previewDocument, type Preview } from "./document";
import { failureMarkdown, previewMarkdown } from "./markdown";
import { planOf, type PlanArgs } from "./plan";
import { readPlanFile } from "./plan-file";
import { previewText } from "./summary";

interface Options {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly json?: string;
  readonly markdown?: string;
  readonly against?: string;
  readonly plan?: string;
  readonly verbose?: boolean;
}

async function main(args: readonly string[]): Promise<number> {
  const stacks = stackNames(projectFolder);
  const command = new Command("npm run preview --")
    .description("Plans a stack of the program and judges it by the policy pack, without AWS.")
    .argument(
      "<stack>",
      `stack to plan: ${stacks.join(", ")}; organization/project/stack is accepted`,
      (name) => {
        const stack = name.split("/").at(-1) ?? name;
        if (!stacks.includes(stack)) {
          throw new InvalidArgumentError(`There is no such stack; there are ${stacks.join(", ")}.`);
        }
        return stack;
      },
    )
    .option(
      "--config <key=value>",
      "configuration over the stack's file, for this program and not for the one of --against; repeatable; a key without a namespace is the project's",
      withSetting,
    )
    .option("--against <ref>", "plan the changes to what the program of another commit declares")
    .addOption(
      new Option(
        "--plan <file>",
        "use the output of pulumi preview --json --show-sames, which has its own configuration, instead of planning offline",
      ).conflicts(["against", "config"]),
    )
    .option(
      "--json <file>",
      "write the preview as JSON, see local/preview/preview.schema.json",
      writable("json"),
    )
    .option(
      "--markdown <file>",
      "write the preview for reviewers as Markdown",
      writable("markdown"),
    )
    .option("--verbose", "list every resource, policy and violation")
    .addHelpText(
      "after",
      `\nExit code: 0 when the plan is accepted, ${exitCodes.failed} when it is refused by a mandatory policy, stopped by a\n` +
        `protected resource or not judged by every policy, ${exitCodes.notStarted} when the command was not understood.`,
    )
    .exitOverride()
    .parse(args, { from: "user" });

  const abort = new AbortController();
  const interrupt = (): void => {
    abort.abort();
  };
  // To stay: a listener that removes itself leaves the engine's, which would end this process immediately.
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  const [stack, options] = [String(command.processedArgs[0]), command.opts<Options>()];
  try {
    return await preview(stack, options, abort.signal);
  } catch (error) {
    if (abort.signal.aborted) return exitCodes.aborted;
    const message = error instanceof Error ? error.message : String(error);
    say(message);
    // The comment of an earlier run would pass for this one's.
    if (options.markdown !== undefined) {
      const text = failureMarkdown(stack, options.plan !== undefined, message);
      writeFileSync(options.markdown, text);
    }
    return exitCodes.failed;
  }
}

async function preview(stack: string, options: Options, signal: AbortSignal): Promise<number> {
  const { against: ref, plan: file, config } = options;
  // A name that is wrong shows before the work begins.
  if (ref !== undefined) commitOf(ref);
  const made = file === undefined ? await planned(stack, options, signal) : fromFile(file, stack);
  const { result, failure } = made;
  for (const warning of result.warnings) say(`Warning: ${warning}`);
  // Any other failure than a refusal left the plan unfinished: there is nothing to show or to judge.
  const isRefused = result.violations.some(
    ({ enforcementLevel }) => enforcementLevel === "mandatory",
  );
  if (failure !== undefined && (!isRefused || result.errors.length > 0)) {
    throw new Error(failure);
  }
  const shown: Preview = {
    plan: planOf({ stack, root: projectFolder, ...made }),
    region: regionOf(projectFolder, stack, config),
    isDeployed: file !== undefined,
    against: made.against,
    settings: config,
  };
  if (options.verbose === true) process.stdout.write(`${planText(stack, result)}\n\n`);
  process.stdout.write(`${previewText(shown, options.verbose)}\n`);
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify(previewDocument(shown), null, 2)}\n`);
  }
  if (options.markdown !== undefined) writeFileSync(options.markdown, previewMarkdown(shown));
  for (const message of unjudged(result)) say(`Not judged: ${message}`);
  if (isRefused) say("Refused: a mandatory policy is violated. Nothing would be deployed.");
  return shown.plan.verdict === "accepted" ? 0 : exitCodes.failed;
}

interface Made extends Omit<PlanArgs, "stack" | "root">, Pick<Preview, "against"> {
  readonly failure?: string;
}

function fromFile(file: string, stack: string): Made {
  const result = readPlanFile(file, stack);
  // The engine ends a plan with protected resources by errors; the preview shows them as changes.
  const failure = result.errors.find((error) => !/protect/.test(error));
  return { result, ...(failure !== undefined && { failure }) };
}

async function planned(stack: string, options: Options, signal: AbortSignal): Promise<Made> {
  const { config, against: ref } = options;
  await ensureJobOf(stack, options, signal);
  const backendFolder = mkdtempSync(path.join(tmpdir(), "preview-"));
  const common = { stack, backendFolder, onProgress: say, signal };
  try {
    const base =
      ref === undefined
        ? {}
        : await withBase(ref, async ({ commit, root, program }) => {
            const deployedOptions = new DeclaredOptions();
            const deployed = await openStack({
              ...common,
              root,
              program: deployedOptions.watch(program, { unprotect: true }),
              isThrowaway: true,
            });
            try {
              say(`Planning ${stack} of ${ref}`);
              await deployed.record();
            } finally {
              deployed.close();
            }
            return { deployedOptions, deployedRoot: root, against: { ref, commit } };
          });
    const declared = new DeclaredOptions();
    const program = declared.watch(async () => Promise.resolve(pipelineProgram(projectFolder)()));
    const opened = await openStack({
      ...common,
      program,
      onEvent: (event) => {
        // The engine runs the program when the pack has started; until then it is loaded.
        if ("policyLoadEvent" in event) pipelineProgram(projectFolder);
      },
      ...(config && { configOverrides: config }),
    });
    try {
      say(`Planning ${stack}`);
      return { ...base, options: declared, result: await opened.preview() };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return { ...base, options: declared, result: error.result, failure: error.message };
    } finally {
      opened.close();
    }
  } finally {
    rmSync(backendFolder, { recursive: true, force: true });
  }
}

/** Builds the job of the stack's workload; problems of the workload are reported by the program. */
async function ensureJobOf(stack: string, { config }: Options, signal: AbortSignal): Promise<void> {
  const folder = workloadFolder(workloadOf(projectFolder, stack, config), projectFolder);
  const workload = readWorkload(folder, new Problems());
  const job = workload && jobOf(workload);
  if (job?.build !== undefined) await ensureJob(job, say, signal);
}

/** Refuses a file that cannot be written, which would show only when the work is done. */
function writable(option: string): (file: string) => string {
  return (file) => {
    const problem = outputProblem(option, file);
    if (problem !== undefined) throw new InvalidArgumentError(problem);
    return file;
  };
}

function withSetting(setting: string, settings: Options["config"] = {}): Options["config"] {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(setting) ?? [];
  if (key === undefined || value === undefined) {
    throw new InvalidArgumentError("It must be like shardCount=4.");
  }
  return { ...settings, [key]: configValue(projectFolder, key, value) };
}

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}

void exitWith(() => main(process.argv.slice(2)));
