import { setTimeout as delay } from "node:timers/promises";
import { until } from "../../machine/process";

const POLL_MILLISECONDS = 100;
const CANCEL_SECONDS = 5;

const ENDED = ["FAILED", "FINISHED", "CANCELED"];

export interface JobSummary {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly running: number;
  readonly tasks: number;
}

/** Flink's REST API: https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/ops/rest_api/ */
export class FlinkRest {
  readonly #endpoint: string;

  /** @param endpoint such as http://127.0.0.1:8081. */
  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  /** Task slots of the task managers that have joined; undefined while the job manager does not answer. */
  async slots(): Promise<number | undefined> {
    try {
      const overview = await this.#get<{ "slots-total": number }>("/overview");
      return overview["slots-total"];
    } catch {
      return undefined;
    }
  }

  async jobs(): Promise<JobSummary[]> {
    const { jobs } = await this.#get<{
      jobs: {
        jid: string;
        name: string;
        state: string;
        tasks: { running: number; total: number };
      }[];
    }>("/jobs/overview");
    return jobs.map(({ jid, name, state, tasks: { running, total } }) => {
      return { id: jid, name, state, running, tasks: total };
    });
  }

  /** Waits until every task of a job runs. @throws Error with the job's own reason when it does not */
  async running(jobId: string, timeoutSeconds: number): Promise<void> {
    const deadline = performance.now() + timeoutSeconds * 1000;
    for (;;) {
      const job = (await this.jobs()).find(({ id }) => id === jobId);
      if (job && job.tasks > 0 && job.running === job.tasks) return;
      const ended = job !== undefined && ENDED.includes(job.state);
      if (ended || performance.now() > deadline) {
        const state = ended ? job.state : `not running after ${timeoutSeconds} s`;
        throw new Error(`The job is ${state}. ${await this.rootException(jobId)}`);
      }
      await delay(POLL_MILLISECONDS);
    }
  }

  async rootException(jobId: string): Promise<string> {
    const exceptions = await this.#get<{
      exceptionHistory: { entries: { stacktrace: string }[] };
    }>(`/jobs/${jobId}/exceptions`);
    const { stacktrace } = exceptions.exceptionHistory.entries[0] ?? {};
    return stacktrace === undefined ? "It has not failed." : innermostCause(stacktrace);
  }

  /** Takes a savepoint and ends the job. @returns the savepoint's path. */
  async stopWithSavepoint(jobId: string): Promise<string> {
    const path = `/jobs/${jobId}/stop`;
    const stopping = this.#send<{ "request-id": string }>("POST", path, { drain: false });
    const { "request-id": id } = await stopping;
    for (;;) {
      const { status, operation } = await this.#get<{
        status: { id: string };
        operation?: { location?: string; "failure-cause"?: { "stack-trace": string } };
      }>(`/jobs/${jobId}/savepoints/${id}`);
      if (operation?.location !== undefined) return operation.location;
      if (status.id === "COMPLETED") {
        const reason = operation?.["failure-cause"]?.["stack-trace"] ?? "unknown";
        throw new Error(`No savepoint: ${reason}`);
      }
      await delay(POLL_MILLISECONDS);
    }
  }

  /** Cancels a job and waits, some seconds at most, until it has ended. */
  async cancelled(jobId: string): Promise<void> {
    await this.#send("PATCH", `/jobs/${jobId}?mode=cancel`);
    await until(async () => {
      const job = (await this.jobs()).find(({ id }) => id === jobId);
      return job === undefined || ENDED.includes(job.state);
    }, CANCEL_SECONDS);
  }

  #get<T>(path: string): Promise<T> {
    return this.#send<T>("GET", path);
  }

  async #send<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(this.#endpoint + path, {
      method,
      headers: { "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(120_000),
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text || "{}") as T;
    throw new Error(`Flink answers ${method} ${path} with ${response.status}: ${reasonIn(text)}`);
  }
}

/** Flink wraps the reason, often the job's own message, in stack traces. */
function reasonIn(text: string): string {
  try {
    const { errors } = JSON.parse(text) as { errors?: string[] };
    return innermostCause(
      errors?.find((error) => error.includes("Caused by:")) ?? errors?.[0] ?? text,
    );
  } catch {
    return text;
  }
}

/** The innermost cause of a stack trace, with the lines of its message and without its stack. */
function innermostCause(trace: string): string {
  const cause = trace.split("Caused by: ").at(-1) ?? trace;
  return cause.split("\n\tat ")[0]?.trim() ?? trace;
}
