import { engineProblem, findEngine } from "../engine/installation";
import { ensureJob, jobOf } from "../machine/job-build";
import type { LocalOptions } from "./options";
import { buildPage } from "../page-server/page-build";
import { stackFolder, workloadProblem } from "./run-file";
import { lockProblem } from "../machine/folder-lock";
import { install, localTools } from "../machine/installation";
import { portProblem } from "../machine/ports";
import { MachineError, preflight } from "../machine/preflight";
import type { Steps } from "../machine/steps";

/** Looks at machine and input before anything is built or started. @throws MachineError */
export async function checkMachine(options: LocalOptions, steps: Steps): Promise<void> {
  await steps.run("preflight", "Check this machine and the input", async (tell) => {
    const watched = !options.once;
    const [problems, ...others] = await Promise.all([
      preflight(),
      engineProblem(),
      watched && options.page
        ? portProblem(options.port, "the page", "--port")
        : Promise.resolve(undefined),
    ]);
    others.push(watched ? lockProblem(stackFolder) : undefined);
    others.push(options.fresh ? undefined : workloadProblem(options.workload));
    problems.push(...others.filter((problem) => problem !== undefined));
    if (problems.length > 0)
      throw new MachineError(problems.map((problem) => `- ${problem}`).join("\n"));
    tell(await options.workload.check());
  });
}

/** Builds what is missing or changed side by side; a service starts as soon as its own tool is there. */
export async function buildParts(
  options: LocalOptions,
  steps: Steps,
  stop: AbortSignal,
  warmUp: () => void,
): Promise<void> {
  await steps.run("build", "Build what is missing or changed", async (onProgress) => {
    const failed = new AbortController();
    const signal = AbortSignal.any([stop, failed.signal]);
    const job = jobOf(options.workload.definition);
    const parts: Promise<unknown>[] = [
      findEngine({ onProgress, signal }),
      ...localTools.map((tool) => install(tool, onProgress, signal)),
    ];
    if (job !== undefined) parts.push(ensureJob(job, onProgress, signal));
    if (options.page && !options.once) parts.push(buildPage());
    warmUp();
    try {
      await Promise.all(parts);
    } catch (error) {
      // One failure ends the other builds.
      failed.abort(error);
      await Promise.allSettled(parts);
      throw error;
    }
  });
}
