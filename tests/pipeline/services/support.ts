import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { request, type OutgoingHttpHeaders } from "node:http";
import { connect } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DescribeStreamSummaryCommand, type KinesisClient } from "@aws-sdk/client-kinesis";
import type { Context } from "mocha";
import type { DeclaredResource } from "../../../local/provider/data-plane";
import { install, type ToolName } from "../../../local/machine/installation";
import { preflight } from "../../../local/machine/preflight";

/** Skips the suite with the reason where the machine lacks something; in CI that is a failure. */
export async function needsServices(suite: Context, ...tools: ToolName[]): Promise<void> {
  const problems = await preflight();
  if (problems.length > 0) {
    if (process.env["CI"] !== undefined) throw new Error(problems.join("\n"));
    console.log(problems.map((problem) => `      skipped: ${problem}`).join("\n"));
    suite.skip();
  }
  for (const tool of tools) {
    await install(tool, (text) => {
      console.log(`      ${text}`);
    });
  }
}

export function newFolder(): string {
  return mkdtempSync(path.join(os.tmpdir(), "services-"));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Settles when the condition holds; the runner's limit ends a wait that is in vain. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(50);
}

/** Settles when a stream that was created or changed can be used. */
export function streamActive(client: KinesisClient, StreamName: string): Promise<void> {
  return until(async () => {
    const { StreamDescriptionSummary: summary } = await client.send(
      new DescribeStreamSummaryCommand({ StreamName }),
    );
    return summary?.StreamStatus === "ACTIVE";
  });
}

/** Whether a process accepts connections on an address. */
export function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2_000 });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", end(true)).once("error", end(false)).once("timeout", end(false));
  });
}

/** The status that a service answers a GET with these headers with. */
export function statusOf(url: string, headers: OutgoingHttpHeaders = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });
}

/** What a browser sends for a page of another origin, and for a foreign name that leads to this machine. */
export const foreignHeaders: readonly OutgoingHttpHeaders[] = [
  { origin: "http://127.0.0.1:3000" },
  { origin: "null" },
  { "sec-fetch-site": "same-site", "sec-fetch-dest": "image" },
  { "sec-fetch-site": "cross-site", "sec-fetch-dest": "empty" },
  { host: "rebound.example:80" },
];

/** Addresses under which other machines reach this one. */
export function outsideAddresses(): string[] {
  return Object.values(os.networkInterfaces())
    .flat()
    .flatMap((face) => (face?.family === "IPv4" && !face.internal ? [face.address] : []));
}

/** Local addresses on which the processes listen, as Linux sees it. */
export function listeningAddresses(pids: readonly number[]): string[] {
  const inodes = new Set(
    pids.flatMap((pid) =>
      readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
        const [, inode] = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`)) ?? [];
        return inode ?? [];
      }),
    ),
  );
  return ["tcp", "tcp6"].flatMap((file) =>
    readFileSync(`/proc/net/${file}`, "utf8")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      // State 0A is LISTEN; the tenth column is the socket's inode.
      .filter((columns) => columns[3] === "0A" && inodes.has(columns[9] ?? ""))
      .map((columns) => columns[1]?.split(":")[0] ?? ""),
  );
}

/** 127.0.0.1 in /proc/net/tcp, and as an IPv6 address in /proc/net/tcp6. */
export const LOOPBACK = ["0100007F", "0000000000000000FFFF00000100007F"];

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return "";
  }
}

/** A resource as the provider would hand it over. */
export function declared(
  type: string,
  inputs: Readonly<Record<string, unknown>>,
): DeclaredResource {
  return {
    urn: `urn:pulumi:test::test::${type}::it`,
    type,
    name: "it",
    id: "it",
    inputs,
    outputs: {},
  };
}

/** A tool of the JDK that the local stack uses. */
export function java(tool: string): string {
  return process.env["JAVA_HOME"] ? path.join(process.env["JAVA_HOME"], "bin", tool) : tool;
}

/** Compiles the counting job of this folder against the installed Flink. @returns its jar. */
export async function countingJob(folder: string): Promise<string> {
  const flink = await install("flinkRuntime", () => undefined);
  const classes = path.join(folder, "classes");
  mkdirSync(classes, { recursive: true });
  const jar = path.join(folder, "counting-job.jar");
  execFileSync(java("javac"), [
    "--release",
    "11",
    "-cp",
    path.join(flink, "lib", "*"),
    "-d",
    classes,
    path.join(__dirname, "CountingJob.java"),
    path.join(__dirname, "KinesisAnalyticsRuntime.java"),
  ]);
  execFileSync(java("jar"), [
    "--create",
    "--file",
    jar,
    "--main-class",
    "CountingJob",
    "-C",
    classes,
    ".",
  ]);
  return jar;
}

/** What a program declares to run the job. */
export function countingApplication(changes: {
  readonly parallelism?: number;
  readonly jobName?: string;
}): DeclaredResource {
  return declared("aws:kinesisanalyticsv2/application:Application", {
    name: "counting",
    runtimeEnvironment: "FLINK-1_20",
    startApplication: true,
    applicationConfiguration: {
      applicationCodeConfiguration: {
        codeContent: {
          s3ContentLocation: { bucketArn: "arn:aws:s3:::code", fileKey: "counting-job.jar" },
        },
      },
      applicationSnapshotConfiguration: { snapshotsEnabled: true },
      environmentProperties: {
        propertyGroups: [
          {
            propertyGroupId: "job",
            propertyMap: { name: changes.jobName ?? "named by the program" },
          },
        ],
      },
      flinkApplicationConfiguration: {
        checkpointConfiguration: {
          configurationType: "CUSTOM",
          checkpointingEnabled: true,
          checkpointInterval: 1_000,
          minPauseBetweenCheckpoints: 500,
        },
        parallelismConfiguration: {
          configurationType: "CUSTOM",
          parallelism: changes.parallelism ?? 2,
          parallelismPerKpu: 2,
        },
      },
    },
  });
}
