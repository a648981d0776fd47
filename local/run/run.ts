import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { program } from "../../infra/program";
import { deployedSettings } from "../verify/deployed-settings";
import { acceptedPlan } from "./accepted-plan";
import { deployProgress, type Deployment, type Run } from "./deployment";
import { openStack } from "../engine/stack";
import type { LocalOptions } from "./options";
import { buildParts, checkMachine } from "./preparation";
import { startReplay, type ReplayProcess } from "./replay-process";
import { liveReplay } from "./live-replay";
import { announceStep, keepWorkload, stackFolder } from "./run-file";
import { localCloud } from "../services/cloud";
import { kinesisClient } from "../services/kinesis/kinesis-server";
import { jobOf } from "../machine/job-build";
import { projectFolder } from "../machine/project";
import { Steps, type Tell } from "../machine/steps";
import { verifiedRun, type RunReport } from "./verified-run";
import { watchedRun } from "./watched-run";

const REGION = "us-east-1";

/** Runs the pipeline until it is done. @throws the signal's reason, or the error of a service that ended */
export async function runLocal(
  options: LocalOptions,
  stop: AbortSignal,
): Promise<RunReport["result"]> {
  const { fresh, workload, fault } = options;
  const onStep = options.once ? undefined : announceStep;
  const steps = new Steps({ verbose: options.verbose, onStep });
  await checkMachine(options, steps);
  stop.throwIfAborted();
  const failed = new AbortController();
  const signal = AbortSignal.any([stop, failed.signal]);
  const folder = options.once ? onceFolder() : stackFolder;
  const closing: Run["closing"] = [];
  let onProgress = steps.progress;
  let result: RunReport["result"] = "failed";
  try {
    const cloud = await localCloud({
      folder,
      region: REGION,
      fresh,
      // A verified run reads all of its input, however far the job falls behind.
      ...(!options.once && { keepRecords: options.keepRecords }),
      jobProperties: workload.definition.local.properties,
      onProgress: (text) => {
        onProgress(text);
      },
      onFailure: (error) => {
        failed.abort(error);
      },
    });
    closing.push(() => cloud.stop());
    const backendFolder = path.join(folder, "pulumi");
    // The folder is this run's only now.
    for (const state of fresh ? [path.join(folder, "replay"), backendFolder] : [])
      rmSync(state, { recursive: true, force: true });
    if (!options.once) keepWorkload(workload);
    await buildParts(options, steps, signal, () => {
      cloud.warmUp();
    });
    const deploy = async (): Promise<Deployment> => {
      const configOverrides = {
        workload: workload.definition.folder,
        // A column of Parquet has no capital letters, and its events could not be replayed.
        ...(options.archive !== undefined && { archiveFormat: "JSON", archiveQueries: false }),
        ...fault?.config,
      };
      const jar = jobOf(workload.definition)?.code;
      const inputs = [workload.definition.folder, ...(jar === undefined ? [] : [jar])];
      const plan = acceptedPlan(configOverrides, inputs);
      const stack = await openStack({
        stack: "local",
        backendFolder,
        // Its state is of no use to another run.
        isThrowaway: options.once,
        program: async () => Promise.resolve(program()),
        configOverrides,
        dataPlanes: cloud.dataPlanes,
        onProgress: steps.progress,
        onEvent: deployProgress(steps.progress),
        signal,
      });
      closing.push(() => {
        stack.close();
      });
      const deployed = await stack.up({ refresh: !fresh, isAccepted: plan.isAccepted });
      plan.accept();
      const { streamName, archiveBucketName, ingestionUrl } = await stack.outputs();
      const { archive } = options;
      if (archive !== undefined) {
        // After everything has stopped, and what was buffered is written.
        closing.unshift(() => {
          cpSync(cloud.bucketFolder(String(archiveBucketName)), archive, { recursive: true });
        });
      }
      const client = kinesisClient(cloud.endpoints().kinesis, REGION);
      closing.push(() => {
        client.destroy();
      });
      return {
        region: REGION,
        workload,
        cloud,
        result: deployed,
        settings: deployedSettings(deployed),
        stream: { client, name: String(streamName) },
        ingestionUrl: typeof ingestionUrl === "string" ? ingestionUrl : undefined,
      };
    };
    const deployment = await steps.run("deploy", "Deploy the program", deploy);
    const { stream, settings } = deployment;
    const replay = (name: string, speedup = options.speedup): ReplayProcess => {
      const state = path.join(folder, name);
      const started = startReplay({
        stream: stream.name,
        region: REGION,
        input: workload.replayArguments(state),
        aboutRecords: workload.aboutRecords,
        speedup,
        kinesisEndpoint: cloud.endpoints().kinesis,
        folder: state,
        maxDisorderSeconds: settings.outOfOrdernessSeconds,
        extraArguments: fault?.replayArguments?.(settings.outOfOrdernessSeconds) ?? [],
      });
      closing.push(() => started.stop());
      return started;
    };
    const listen = (listener: Tell): void => {
      onProgress = listener;
    };
    const run: Run = { options, steps, deployment, signal, closing, listen };
    if (options.once) {
      const second = fault?.twice ? [replay("second-replay")] : [];
      ({ result } = await verifiedRun(run, [replay("replay"), ...second]));
    } else {
      const live = liveReplay(
        (speedup) => replay("replay", speedup),
        options.speedup,
        (reason) => {
          onProgress(`The producer ${reason}`);
        },
      );
      closing.push(() => live.stop());
      await watchedRun(run, live);
    }
    return result;
  } finally {
    await steps.run("stop", "Stop", async () => {
      for (const close of closing.reverse()) await close();
    });
    if (options.once && result === "passed") rmSync(folder, { recursive: true, force: true });
    else steps.tell(`Logs and state are kept in ${path.relative(projectFolder, folder)}`);
  }
}

function onceFolder(): string {
  const local = path.join(projectFolder, ".local");
  mkdirSync(local, { recursive: true });
  return mkdtempSync(path.join(local, "once-"));
}
