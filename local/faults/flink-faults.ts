import type { Fault, FaultContext } from "./fault";

/** Where in the replay a process is killed. */
const SHARE = 0.4;

/** The process that runs the job's operators ends without a word. */
export const taskManagerKilled: Fault = {
  name: "task-manager-killed",
  description: "a task manager is killed; the job goes on from its last checkpoint",
  inject: (context) => kill(context, "task manager", ([, taskManager]) => taskManager),
};

/** The process that holds the job together ends without a word. */
export const jobManagerKilled: Fault = {
  name: "job-manager-killed",
  description: "the job manager's JVM is killed; the job starts again from its last checkpoint",
  inject: (context) => kill(context, "job manager", ([jobManager]) => jobManager),
};

async function kill(
  { cloud, replayed, tell }: FaultContext,
  what: string,
  choose: (pids: readonly number[]) => number | undefined,
): Promise<void> {
  await replayed(SHARE);
  const pid = choose((await cloud.status()).pids.flink);
  if (pid === undefined) throw new Error(`There is no ${what} to kill: Flink does not run.`);
  process.kill(pid, "SIGKILL");
  tell(`Fault: killed the ${what}, process ${pid}`);
}
