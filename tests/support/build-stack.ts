import path from "node:path";
import { readWorkload } from "../../infra/contracts/workload";
import { Problems } from "../../infra/core/validate";
import { findEngine } from "../../local/engine/installation";
import { install, localTools } from "../../local/machine/installation";
import { ensureJob, jobOf, pipelineJob } from "../../local/machine/job-build";
import { preflight } from "../../local/machine/preflight";
import { buildPage } from "../../local/page-server/page-build";
import { projectRoot } from "./command";
import { installMoto } from "./moto";

/** Builds what tests of the tier share, side by side. A suite that lacks something says so in its turn. */
export async function mochaGlobalSetup(): Promise<void> {
  const onProgress = (message: string): void => {
    process.stderr.write(`${message}\n`);
  };
  const parts: Promise<unknown>[] = [installMoto(), buildPage(), findEngine({ onProgress })];
  if ((await preflight()).length === 0) {
    parts.push(...localTools.map((tool) => install(tool, onProgress)));
    parts.push(...jobs().map((job) => ensureJob(job, onProgress)));
  }
  await Promise.allSettled(parts);
}

function jobs() {
  const folder = path.join(projectRoot, "tests/workloads/page-views");
  const pageViews = readWorkload(folder, new Problems(), "page-views");
  const job = pageViews && jobOf(pageViews);
  return [pipelineJob, ...(job ? [job] : [])];
}
