import { once } from "node:events";
import type { Kinesis } from "@aws-sdk/client-kinesis";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { DeployedSettings } from "../verify/deployed-settings";
import type { OperationResult } from "../engine/policy-pack";
import type { ResourceStep } from "../engine/run-record";
import { logicalName } from "../provider/names";
import type { LocalCloud } from "../services/cloud";
import type { StatusSources } from "../status/collect-status";
import type { SearchSource } from "../status/multi-search";
import type { DeployedResource } from "../status/pipeline-status";
import type { Steps, Tell } from "../machine/steps";
import type { LiveReplay } from "./live-replay";
import type { LocalOptions } from "./options";
import type { LocalWorkload } from "../workloads/workload";

const PROGRESS_MILLISECONDS = 5_000;

export interface Deployment {
  readonly region: string;
  readonly workload: LocalWorkload;
  readonly cloud: LocalCloud;
  readonly result: OperationResult;
  readonly settings: DeployedSettings;
  readonly stream: { readonly client: Kinesis; readonly name: string };
  /** Address to which events are posted, with HTTP ingestion. */
  readonly ingestionUrl: string | undefined;
}

/** A run from the deployment on. */
export interface Run {
  readonly options: LocalOptions;
  readonly steps: Steps;
  readonly deployment: Deployment;
  /** The request to stop, or a service that ended unexpectedly. */
  readonly signal: AbortSignal;
  /** What has to be closed at the end, in the order of its start. */
  readonly closing: (() => Promise<void> | void)[];
  /** Takes over the messages of the services. */
  readonly listen: (onProgress: Tell) => void;
}

export function searchSource({
  cloud,
  settings,
}: Pick<Deployment, "cloud" | "settings">): SearchSource {
  return {
    endpoint: cloud.endpoints().opensearch,
    windowMinutes: settings.demandWindowMinutes,
    slideMinutes: settings.demandSlideMinutes,
    tradeWindowSeconds: settings.tradeWindowSeconds,
  };
}

export type ReplayState = Pick<LiveReplay, "progress" | "ended"> &
  Partial<Pick<LiveReplay, "paused" | "problem">>;

export function statusSources(deployment: Deployment, replay: ReplayState): () => StatusSources {
  const { workload, cloud, result, stream } = deployment;
  const { flink, kinesis } = cloud.endpoints();
  const { name, indices, definition } = workload;
  const { description, plugin } = definition;
  const resources = deployedResources(result.resources);
  return () => ({
    workload: { name, description, ...(plugin !== undefined && { plugin }), indices },
    replay: replay.progress && {
      finished: replay.ended,
      paused: replay.paused ?? false,
      progress: replay.progress,
    },
    replayProblem: replay.problem,
    stream: { ...stream, endpoint: kinesis },
    flinkEndpoint: flink,
    search: searchSource(deployment),
    policies: result.policies,
    resources,
  });
}

/** The resources that are there, parents before their children. */
export function deployedResources(
  steps: readonly Pick<ResourceStep, "urn" | "type" | "parent" | "op">[],
): readonly DeployedResource[] {
  const standing = steps.filter(({ op, type }) => op !== "delete" && !type.startsWith("pulumi:"));
  const places = new Map(standing.map(({ urn }, at) => [urn, at]));
  return standing.map(({ urn, type, parent }) => ({
    name: logicalName(urn),
    type,
    parent: places.get(parent) ?? null,
  }));
}

/** Rejects with the signal's reason when it comes. */
export async function stopped(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, "abort");
  throw signal.reason;
}

/** Reports every few seconds how many resources the engine has planned or made. */
export function deployProgress(
  tell: Tell,
  now: () => number = () => performance.now(),
): (event: EngineEvent) => void {
  let [resources, told] = [0, now()];
  return ({ preludeEvent, resOutputsEvent }) => {
    if (preludeEvent !== undefined) resources = 0;
    if (resOutputsEvent === undefined) return;
    resources++;
    if (now() - told < PROGRESS_MILLISECONDS) return;
    told = now();
    const noun = resources === 1 ? "resource" : "resources";
    tell(`${resources} ${noun} ${resOutputsEvent.planning === true ? "planned" : "made"}`);
  };
}
