import type { KinesisClient } from "@aws-sdk/client-kinesis";

import type { DeployedSettings } from "../verify/deployed-settings";
import type { OperationResult } from "../engine/stack";
import type { ReplayProcess } from "./replay-process";
import type { LocalCloud } from "../services/cloud";
import type { StatusSources } from "../status/collect-status";
import { deployedResources } from "../status/deployed-resources";
import type { SearchSource } from "../status/multi-search";
import type { Workload } from "../verify/result-document";

/** What runs on this machine after the deployment. */
export interface Deployment {
  readonly region: string;
  readonly workload: Workload;
  readonly cloud: LocalCloud;
  readonly result: OperationResult;
  readonly settings: DeployedSettings;
  readonly stream: { readonly client: KinesisClient; readonly name: string };
}

/** Where the results are to be found. */
export function searchSource({
  cloud,
  settings,
}: Pick<Deployment, "cloud" | "settings">): SearchSource {
  return {
    endpoint: cloud.endpoints().opensearch,
    windowMinutes: settings.demandWindowMinutes,
    slideMinutes: settings.demandSlideMinutes,
  };
}

/** Where the status is to be found. */
export function statusSources(
  deployment: Deployment,
  replay: Pick<ReplayProcess, "progress" | "ended">,
): () => StatusSources {
  const { workload, cloud, result, stream } = deployment;
  const { flink } = cloud.endpoints();
  const resources = deployedResources(result.resources);
  return () => ({
    workload,
    replay: replay.progress && { finished: replay.ended, progress: replay.progress },
    stream,
    flinkEndpoint: flink,
    search: searchSource(deployment),
    policies: result.policies,
    resources,
  });
}
