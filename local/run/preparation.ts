import { engineProblem, findEngine } from "../engine/installation";
import { ensureJob, jobOf } from "../machine/job-build";
import type { LocalOptions } from "./options";
import { buildPage } from "../page-server/page-build";
import { stackFolder, workloadProblem } from "./run-file";
import { lockProblem } from "../machine/folder-lock";
import { install } from "../machine/installation";
import { portProblem } from "../machine/ports";
import { preflight } from "../machine/preflight";
import type { Steps } from "../machine/steps";

/** This machine does not allow a run; the message lists every reason with its fix. */
export class MachineError extends Error {}

/**
 * What comes before a deployment: looks at machine and input, and builds what is missing or changed.
 *
 * @throws MachineError
 */
export async function prepare(
  options: LocalOptions,
  steps: Steps,
  stop: AbortSignal,
): Promise<void> {
  await steps.run("preflight", "Look at this machine", async () => {
    const watched = !options.once;
    const found = [
      ...(await preflight()),
      await engineProblem(),
      watched ? lockProblem(stackFolder) : undefined,
      watched && options.page ? await portProblem(options.port, "the page", "--port") : undefined,
      options.fresh ? undefined : workloadProblem(options.workload),
    ];
    const problems = found.filter((problem) => problem !== undefined);
    if (problems.length > 0)
      throw new MachineError(problems.map((problem) => `- ${problem}`).join("\n"));
  });
  // Read twice, now and by the producer: a broken input is told before anything is built or started.
  await steps.run("input", "Look at the input", async (tell) => {
    tell(await options.workload.check());
  });
  await steps.run("build", "Build what is missing or changed", async (tell) => {
    await findEngine({ onProgress: tell, signal: stop });
    for (const tool of ["kinesisServer", "searchNode", "flinkRuntime"] as const) {
      stop.throwIfAborted();
      await install(tool, tell, stop);
    }
    const job = jobOf(options.workload.definition);
    if (job !== undefined) await ensureJob(job, tell, stop);
    if (options.page && !options.once) await buildPage();
  });
}
