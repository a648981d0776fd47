import os from "node:os";

/** Where figures were measured, without which they say little. */
export interface Machine {
  readonly processors: number;
  readonly model: string;
  readonly memoryGiB: number;
  /** Load averages of 1, 5 and 15 minutes before anything was started: what others were doing. */
  readonly loadBefore: readonly number[];
}

export function thisMachine(): Machine {
  const processors = os.cpus();
  return {
    processors: processors.length,
    model: processors[0]?.model ?? "unknown",
    memoryGiB: Math.round(os.totalmem() / 1024 ** 3),
    loadBefore: os.loadavg().map((load) => Number(load.toFixed(2))),
  };
}

export function machineInWords({ processors, model, memoryGiB, loadBefore }: Machine): string {
  return `${processors} processors (${model}), ${memoryGiB} GiB, load before ${loadBefore.join(", ")}`;
}
