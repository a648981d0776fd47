import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { Command } from "commander";
import { program } from "../infra/program";
import { openStack } from "../local/engine/stack";
import { wholeNumber } from "../cli/options";
import { policies } from "../policies/pack";
import { benchmark } from "./benchmark";
import { generatedStack } from "./generated-stack";
import { startPack } from "./pack-server";

const root = path.join(__dirname, "..");

interface Options {
  readonly resources: number;
  readonly runs: number;
  readonly preview: boolean;
}

interface Figures {
  readonly policies: number;
  readonly resources: number;
  readonly runs: number;
  /** Medians over the runs, in milliseconds. */
  readonly startMilliseconds: number;
  readonly resourcePoliciesMillisecondsPerResource: number;
  readonly stackPoliciesMilliseconds: number;
  readonly millisecondsPerResource: number;
  /** Medians of previews of the stack prod, with the pack and with one that has no policies. */
  readonly preview?: {
    readonly resources: number;
    readonly withPackMilliseconds: number;
    readonly withoutMilliseconds: number;
    readonly sharePercent: number;
  };
}

/** What the policy pack costs: milliseconds a resource, and its share of a preview. */
export const policiesBenchmark = benchmark(
  new Command("policies")
    .description("The policy pack: milliseconds a resource, and its share of a preview of prod.")
    .option("--resources <n>", "resources of the generated stack", wholeNumber(1, 100_000), 1000)
    .option("--runs <n>", "runs, whose median counts", wholeNumber(1, 100), 3)
    .option("--no-preview", "leave out the previews, which need the engine and the job's jar"),
  measure,
  report,
);

async function measure({ resources: size, runs, preview }: Options): Promise<Figures> {
  const resources = generatedStack(size);
  const timings = [];
  for (let run = 0; run < runs; run++) {
    const begin = performance.now();
    const pack = await startPack(path.join(root, "policies"));
    const started = performance.now();
    try {
      for (const resource of resources) await pack.analyze(resource);
      const analyzed = performance.now();
      await pack.analyzeStack(resources);
      const judged = performance.now();
      timings.push({ start: started - begin, each: analyzed - started, stack: judged - analyzed });
    } finally {
      pack.stop();
    }
  }
  const each = median(timings.map((one) => one.each)) / size;
  const stack = median(timings.map((one) => one.stack));
  return {
    policies: policies.length,
    resources: size,
    runs,
    startMilliseconds: rounded(median(timings.map(({ start }) => start))),
    resourcePoliciesMillisecondsPerResource: rounded(each),
    stackPoliciesMilliseconds: rounded(stack),
    millisecondsPerResource: rounded(each + stack / size),
    ...(preview && { preview: await measurePreview(runs) }),
  };
}

async function measurePreview(runs: number): Promise<NonNullable<Figures["preview"]>> {
  const folder = mkdtempSync(path.join(tmpdir(), "bench-policies-"));
  const empty = emptyPack(path.join(folder, "pack"));
  const timings = [];
  try {
    let resources = 0;
    // The first one loads the program, which the others do not.
    await timedPreview(path.join(folder, "first"), empty);
    for (let run = 0; run < runs; run++) {
      // One after the other, so that whatever else the machine does hits both alike.
      const without = await timedPreview(path.join(folder, `without-${run}`), empty);
      const withPack = await timedPreview(path.join(folder, `with-${run}`));
      resources = withPack.resources;
      timings.push({ without: without.milliseconds, withPack: withPack.milliseconds });
    }
    const without = median(timings.map((one) => one.without));
    const withPack = median(timings.map((one) => one.withPack));
    return {
      resources,
      withPackMilliseconds: rounded(withPack),
      withoutMilliseconds: rounded(without),
      sharePercent: rounded(((withPack - without) / withPack) * 100),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Pack = NonNullable<Parameters<typeof openStack>[0]["policyPack"]>;

async function timedPreview(backendFolder: string, policyPack?: Pack) {
  const stack = await openStack({
    stack: "prod",
    backendFolder,
    program: async () => Promise.resolve(program()),
    ...(policyPack && { policyPack }),
  });
  try {
    const begin = performance.now();
    const { resources } = await stack.preview();
    return { milliseconds: performance.now() - begin, resources: resources.length };
  } finally {
    stack.close();
  }
}

/** A pack that is started like the other one, and judges nothing. */
function emptyPack(folder: string): Pack {
  mkdirSync(folder);
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  const files = {
    "PulumiPolicy.yaml": "runtime: nodejs\n",
    "package.json": '{ "name": "no-policies", "version": "0.0.0", "main": "index.js" }\n',
    "index.js":
      'const { PolicyPack } = require("@pulumi/policy");\nnew PolicyPack("no-policies", { policies: [] });\n',
    "limits.json": "{}\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return { folder, configFile: path.join(folder, "limits.json"), policies: [] };
}

function report(figures: Figures): string {
  const { preview } = figures;
  const lines = [
    `${figures.policies} policies on a generated stack of ${figures.resources} resources, median of ${figures.runs} runs`,
    `  start of the pack        ${figures.startMilliseconds} ms`,
    `  resource policies        ${figures.resourcePoliciesMillisecondsPerResource} ms a resource`,
    `  stack policies           ${figures.stackPoliciesMilliseconds} ms for all`,
    `  together                 ${figures.millisecondsPerResource} ms a resource`,
    ...(preview
      ? [
          `Preview of prod, ${preview.resources} resources`,
          `  with the pack            ${preview.withPackMilliseconds} ms`,
          `  with a pack of no policy ${preview.withoutMilliseconds} ms`,
          `  share of the policies    ${preview.sharePercent} %`,
        ]
      : []),
  ];
  return `${lines.join("\n")}\n`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
