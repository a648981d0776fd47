import { setTimeout as delay } from "node:timers/promises";
import type { Progress } from "../../local/machine/installation";
import { jobStatus } from "../../local/status/job-status";
import { rate, type Sample } from "./figures";
import type { BenchServices } from "./services";

const SAMPLE_MILLISECONDS = 250;
const PROGRESS_MILLISECONDS = 5_000;
/** A reader that stands still for so long has failed. */
const PATIENCE_MILLISECONDS = 60_000;

/** How fast a job read a backlog, in events a second. */
export interface Throughput {
  /** Over the whole backlog. */
  readonly whole: number;
  /** Over its second half: Java has compiled by then what is used most. */
  readonly secondHalf: number;
}

/** Lets a job read a stream that holds so many events. */
export async function throughput(
  services: BenchServices,
  jar: string,
  streamName: string,
  events: number,
  onProgress: Progress,
): Promise<Throughput> {
  const job = await services.run(jar, streamName);
  try {
    const samples = await readToTheEnd(job.flink, events, onProgress);
    return {
      whole: Math.round(rate(samples, events)),
      secondHalf: Math.round(rate(samples, events, 0.5)),
    };
  } finally {
    await job.stop();
  }
}

/** What Flink's own metric, the records that the source has sent on, said until all had been read. */
async function readToTheEnd(
  flink: string,
  events: number,
  onProgress: Progress,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  let count = 0;
  let progressed = performance.now();
  let told = progressed;
  while (count < events) {
    const { recordsRead, restarts } = await jobStatus(flink);
    const milliseconds = performance.now();
    if (restarts > 0) throw new Error("The job failed and was started again: nothing is measured.");
    samples.push({ milliseconds, count: recordsRead ?? 0 });
    if ((recordsRead ?? 0) > count) {
      count = recordsRead ?? 0;
      progressed = milliseconds;
    } else if (milliseconds - progressed > PATIENCE_MILLISECONDS) {
      throw new Error(`The job has read ${count} of ${events} events and reads no more.`);
    }
    if (milliseconds - told > PROGRESS_MILLISECONDS) {
      told = milliseconds;
      onProgress(`${count} of ${events} events read`);
    }
    await delay(SAMPLE_MILLISECONDS);
  }
  return samples;
}
