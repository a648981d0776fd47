import { Command, CommanderError, InvalidArgumentError } from "commander";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { program as pipeline } from "../../infra/program";
import { outputProblem } from "../../cli/options";
import { type PlanDocument, planDocument, planText } from "../engine/plan-report";
import { EngineError } from "../engine/engine-error";
import { type OperationResult, unjudged } from "../engine/policy-pack";
import { openStack } from "../engine/stack";
import { configValue, regionOf, stackNames } from "../engine/work-folder";
import { ensureJobJar } from "../machine/job-jar";
import { commitOf, planBase } from "./base";
import { previewMarkdown } from "./markdown";
import { projectFolder } from "../machine/project";

const EXIT_REFUSED = 1;
const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;

interface Options {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly json?: string;
  readonly markdown?: string;
  readonly against?: string;
}

async function main(args: readonly string[]): Promise<number> {
  const stacks = stackNames(projectFolder);
  const command = new Command("npm run preview --")
    .description("Plans a stack of the program and judges it by the policy pack, without AWS.")
    .argument("<stack>", `stack to plan: ${stacks.join(", ")}`, (name) => {
      if (!stacks.includes(name)) {
        throw new InvalidArgumentError(`There is no such stack; there are ${stacks.join(", ")}.`);
      }
      return name;
    })
    .option(
      "--config <key=value>",
      "configuration over the stack's file, any number of times; a key without a namespace is the project's",
      withSetting,
    )
    .option("--json <file>", "write resources and violations to a file as JSON")
    .option("--markdown <file>", "write a summary for reviewers to a file as Markdown")
    .option("--against <ref>", "compare it in the Markdown with the program of another commit")
    .addHelpText(
      "after",
      `\nExit code: 0 when the plan was made and no mandatory policy is violated, ${EXIT_REFUSED} when it was refused,\n` +
        `${EXIT_USAGE} when the command was not understood.`,
    )
    .exitOverride();
  try {
    command.parse(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    throw error;
  }
  const problems = optionProblems(command.opts<Options>());
  if (problems.length > 0) {
    for (const problem of problems) say(`error: ${problem}`);
    return EXIT_USAGE;
  }

  const abort = new AbortController();
  const interrupt = (): void => {
    abort.abort();
  };
  // To stay: a listener that removes itself leaves the engine's, which would end this process at once.
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  try {
    return await preview(command.args[0] ?? "", command.opts<Options>(), abort.signal);
  } catch (error) {
    if (abort.signal.aborted) return EXIT_INTERRUPTED;
    say(error instanceof Error ? error.message : String(error));
    return EXIT_REFUSED;
  }
}

/** What would show only when the work is done. */
function optionProblems({ json, markdown, against }: Options): string[] {
  return [
    ...(json === undefined ? [] : [outputProblem("json", json)]),
    ...(markdown === undefined ? [] : [outputProblem("markdown", markdown)]),
    ...(against !== undefined && markdown === undefined
      ? ["option '--against <ref>' is of use with --markdown <file> alone"]
      : []),
  ].filter((problem) => problem !== undefined);
}

async function preview(stack: string, options: Options, signal: AbortSignal): Promise<number> {
  // A name that is wrong shows before the work begins.
  if (options.against !== undefined) commitOf(options.against);
  await ensureJobJar(say, signal);
  const backendFolder = mkdtempSync(path.join(tmpdir(), "preview-"));
  try {
    const { result, failure } = await planned(stack, options, { backendFolder, signal });
    for (const warning of result.warnings) say(`Warning: ${warning}`);
    // Any other failure than a refusal left the plan unfinished: there is nothing to show or to judge.
    const isRefused = result.violations.some(
      ({ enforcementLevel }) => enforcementLevel === "mandatory",
    );
    if (failure !== undefined && (!isRefused || result.errors.length > 0)) {
      say(failure);
      return EXIT_REFUSED;
    }
    process.stdout.write(`${planText(stack, result)}\n`);
    const document = planDocument(result, projectFolder);
    if (options.json !== undefined) {
      writeFileSync(options.json, `${JSON.stringify(document, null, 2)}\n`);
    }
    await summarize(stack, options, document, result, signal);
    const open = unjudged(result);
    if (failure === undefined && open.length === 0) return 0;
    for (const message of open) say(`Not judged: ${message}`);
    say(
      failure === undefined
        ? "Refused: a policy could not judge the plan."
        : "Refused: a mandatory policy is violated. Nothing would be created.",
    );
    return EXIT_REFUSED;
  } finally {
    rmSync(backendFolder, { recursive: true, force: true });
  }
}

/** Writes what a reviewer reads, where that is asked for. */
async function summarize(
  stack: string,
  { markdown, against: ref, config }: Options,
  document: PlanDocument,
  { policies }: OperationResult,
  signal: AbortSignal,
): Promise<void> {
  if (markdown === undefined) return;
  const against =
    ref === undefined ? undefined : await planBase({ stack, ref, onProgress: say, signal });
  const region = regionOf(projectFolder, stack, config);
  writeFileSync(markdown, previewMarkdown({ stack, region, document, policies, against }));
}

async function planned(
  stackName: string,
  { config }: Options,
  { backendFolder, signal }: { readonly backendFolder: string; readonly signal: AbortSignal },
): Promise<{ result: OperationResult; failure?: string }> {
  const stack = await openStack({
    stack: stackName,
    backendFolder,
    program: async () => Promise.resolve(pipeline()),
    ...(config && { configOverrides: config }),
    onProgress: say,
    signal,
  });
  try {
    say(`Planning ${stackName}`);
    return { result: await stack.preview() };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { result: error.result, failure: error.message };
  } finally {
    stack.close();
  }
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

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
