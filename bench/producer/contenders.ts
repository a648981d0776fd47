import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { install } from "../../local/machine/installation";
import { kinesisEnvironment } from "../../local/services/kinesis/kinesis-server";
import { javaCommand } from "../../local/machine/java";
import contenders from "./contenders.json";

/** Enough for the records that wait; without it Java takes a quarter of the memory before it collects. */
const javaMemory = "-Xmx512m";

export interface Run {
  readonly seconds: number;
  /** Of its process and of those that this started. */
  readonly cpuSeconds: number;
  readonly memoryMiB: number;
  readonly put: number;
  readonly lost: number;
}

export interface Task {
  readonly stream: string;
  readonly records: number;
  readonly bytes: number;
  readonly port: number;
  readonly certificate: string;
}

export { contenders };
export type ContenderId = keyof typeof contenders;
export const contenderIds = Object.keys(contenders) as ContenderId[];

/** Runs one in a process of its own, so that its processor time and memory are its own. */
export async function contend(id: ContenderId, task: Task, folder: string): Promise<Run> {
  const { stream, records, bytes, port, certificate } = task;
  const args = [id, stream, String(records), String(bytes), String(port)];
  const env = {
    ...process.env,
    ...kinesisEnvironment(`https://localhost:${port}`),
    NODE_EXTRA_CA_CERTS: certificate,
    AWS_CA_BUNDLE: certificate,
  };
  const isJava = contenders[id].language === "Java";
  const library = isJava ? await install("javaProducers", () => undefined) : "";
  const [command, before] = isJava
    ? // The library unpacks its native part into the temporary folder.
      [
        javaCommand(),
        [
          javaMemory,
          `-Djava.io.tmpdir=${folder}`,
          "-cp",
          path.join(library, "lib", "*"),
          "Contender",
        ],
      ]
    : [process.execPath, ["--require", "tsx/cjs", path.join(__dirname, "contender.ts")]];
  const { stdout } = await promisify(execFile)(command, [...before, ...args], { env });
  return JSON.parse(stdout) as Run;
}
