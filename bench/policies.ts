import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Command } from "commander";
import { program } from "../infra/program";
import type { PolicyPack } from "../local/engine/policy-pack";
import { openStack } from "../local/engine/stack";
import { ensureJob, pipelineJob } from "../local/machine/job-build";
import { projectFolder } from "../local/machine/project";
import { wholeNumber } from "../cli/options";
import { policies } from "../policies/pack";
import { benchmark } from "./benchmark";
import { median, rounded } from "./figures";
import { startPack } from "./pack-server";

interface Options {
  readonly resources: number;
  readonly runs: number;
}

type Timing = Readonly<Record<"start" | "each" | "stack" | "without" | "withPack", number>>;
type Figures = Awaited<ReturnType<typeof measure>>;

export const policiesBenchmark = benchmark(
  new Command("policies")
    .description("The policy pack: milliseconds a resource, and its share of a preview of prod.")
    .option(
      "--resources <n>",
      "resources that the pack judges: those of prod, over and over",
      wholeNumber(1, 100_000),
      1000,
    )
    .option("--runs <n>", "runs, whose median counts", wholeNumber(1, 100), 3),
  measure,
  inWords,
);

async function measure({ resources: size, runs }: Options) {
  const folder = mkdtempSync(path.join(tmpdir(), "bench-policies-"));
  const timings: Timing[] = [];
  try {
    await ensureJob(pipelineJob);
    const empty = emptyPack(path.join(folder, "pack"));
    // The first one loads the program, which the others do not.
    const { resources: planned } = await timedPreview(path.join(folder, "first"), empty);
    const resources = Array.from({ length: Math.ceil(size / planned.length) }, () => planned)
      .flat()
      .slice(0, size);
    for (let run = 0; run < runs; run++) {
      const begin = performance.now();
      const pack = await startPack(path.join(projectFolder, "policies"));
      const started = performance.now();
      try {
        for (const resource of resources) await pack.analyze(resource);
        const analyzed = performance.now();
        await pack.analyzeStack(resources);
        const judged = performance.now();
        // One after the other, so that whatever else the machine does hits both alike.
        const without = await timedPreview(path.join(folder, `without-${run}`), empty);
        const withPack = await timedPreview(path.join(folder, `with-${run}`));
        timings.push({
          start: started - begin,
          each: (analyzed - started) / size,
          stack: judged - analyzed,
          without: without.milliseconds,
          withPack: withPack.milliseconds,
        });
      } finally {
        pack.stop();
      }
    }
    const middle = (of: keyof Timing) => median(timings.map((one) => one[of]));
    return {
      policies: policies.length,
      resources: size,
      runs,
      // Medians over the runs.
      startMilliseconds: rounded(middle("start")),
      resourcePoliciesMillisecondsPerResource: rounded(middle("each")),
      stackPoliciesMilliseconds: rounded(middle("stack")),
      millisecondsPerResource: rounded(middle("each") + middle("stack") / size),
      // Of previews of the stack prod, with the pack and with one that has no policies.
      preview: {
        resources: planned.length,
        withPackMilliseconds: rounded(middle("withPack")),
        withoutMilliseconds: rounded(middle("without")),
        sharePercent: rounded((1 - middle("without") / middle("withPack")) * 100),
      },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timedPreview(backendFolder: string, policyPack?: PolicyPack) {
  const stack = await openStack({
    stack: "prod",
    backendFolder,
    program: async () => Promise.resolve(program()),
    ...(policyPack && { policyPack }),
  });
  try {
    const begin = performance.now();
    const { resources } = await stack.preview();
    const milliseconds = performance.now() - begin;
    return { milliseconds, resources: resources.filter(({ type }) => type.startsWith("aws:")) };
  } finally {
    stack.close();
  }
}

/** A pack that is started like the other one, and judges nothing. */
function emptyPack(folder: string): PolicyPack {
  mkdirSync(folder);
  symlinkSync(path.join(projectFolder, "node_modules"), path.join(folder, "node_modules"));
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

function inWords({ preview, ...figures }: Figures): readonly string[] {
  return [
    `${figures.policies} policies on ${figures.resources} resources, median of ${figures.runs} runs`,
    `  start of the pack        ${figures.startMilliseconds} ms`,
    `  resource policies        ${figures.resourcePoliciesMillisecondsPerResource} ms a resource`,
    `  stack policies           ${figures.stackPoliciesMilliseconds} ms for all`,
    `  together                 ${figures.millisecondsPerResource} ms a resource`,
    `Preview of prod, ${preview.resources} resources`,
    `  with the pack            ${preview.withPackMilliseconds} ms`,
    `  with a pack of no policy ${preview.withoutMilliseconds} ms`,
    `  share of the policies    ${preview.sharePercent} %`,
  ];
}
