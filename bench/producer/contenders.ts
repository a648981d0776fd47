import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { install } from "../../local/machine/installation";
import { kinesisEnvironment } from "../../local/services/kinesis/kinesis-server";
import { javaCommand } from "../../local/machine/preflight";

/** Enough for the records that wait; without it Java takes a quarter of the memory before it collects. */
const javaMemory = "-Xmx512m";

/** What one way of sending took. */
export interface Run {
  readonly seconds: number;
  /** Of its process and of those that this started. */
  readonly cpuSeconds: number;
  /** At its peak. */
  readonly memoryMiB: number;
  readonly put: number;
  readonly lost: number;
}

/** What every contender sends, and where to. */
export interface Task {
  readonly stream: string;
  readonly records: number;
  readonly bytes: number;
  /** Where the Kinesis server is behind TLS. */
  readonly port: number;
  /** File of the server's certificate. */
  readonly certificate: string;
}

interface Contender {
  readonly name: string;
  readonly explanation: string;
  readonly language: "TypeScript" | "Java";
}

/** All that are measured, each in a process of its own. */
export const contenders = {
  ordered: {
    name: "ordered",
    explanation: "the producer: order of each key, every record accounted for",
    language: "TypeScript",
  },
  aggregated: {
    name: "aggregated",
    explanation: "the same with --aggregate",
    language: "TypeScript",
  },
  "plain-loop": {
    name: "plain loop",
    explanation: "4 loops of the AWS SDK for JavaScript: no order, nothing sent again",
    language: "TypeScript",
  },
  kpl: {
    name: "KPL",
    explanation: "the Kinesis Producer Library 1.1.1 without aggregation: no order",
    language: "Java",
  },
  "kpl-aggregated": {
    name: "KPL aggregated",
    explanation: "the same with aggregation",
    language: "Java",
  },
  sdk: {
    name: "SDK for Java",
    explanation: "the async client of the AWS SDK for Java 2, 4 requests under way: no order",
    language: "Java",
  },
} as const satisfies Readonly<Record<string, Contender>>;

export type ContenderId = keyof typeof contenders;
export const contenderIds = Object.keys(contenders) as ContenderId[];

/** Runs one in a process of its own, so that its processor time and memory are nobody else's. */
export async function contend(id: ContenderId, task: Task, folder: string): Promise<Run> {
  const { stream, records, bytes, port, certificate } = task;
  const args = [id, stream, String(records), String(bytes), String(port)];
  const env = {
    ...process.env,
    ...kinesisEnvironment(`https://localhost:${port}`),
    NODE_EXTRA_CA_CERTS: certificate,
  };
  const [command, before] =
    contenders[id].language === "Java"
      ? [javaCommand(), await javaArguments(folder)]
      : [process.execPath, ["--import", "tsx", path.join(__dirname, "contender.ts")]];
  const { stdout } = await promisify(execFile)(command, [...before, ...args], { env });
  return JSON.parse(stdout) as Run;
}

async function javaArguments(folder: string): Promise<string[]> {
  const installation = await install("javaProducers", () => undefined);
  const classPath = path.join(installation, "lib", "*");
  // The library unpacks its native part into the temporary folder.
  return [javaMemory, `-Djava.io.tmpdir=${folder}`, "-cp", classPath, "Contender"];
}
