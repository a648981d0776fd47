import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { componentInputs } from "../core/component";
import type { ConfigSource } from "../core/config-reader";
import { declaredKeys, loadConfig, projectRoot } from "../pipeline/config";
import type { PipelineOutputs } from "../pipeline/outputs";
import { Pipeline } from "../pipeline/pipeline";

/** Arguments: the configuration keys of docs/configuration.md, plain values. */
export type StreamingPipelineArgs = Readonly<Record<string, unknown>>;

/** Outputs that every pipeline has, in the order of the schema. */
export const outputNames = [
  "streamName",
  "applicationName",
  "searchEndpoint",
  "dashboardsUrl",
  "searchReadPolicy",
  "archiveBucketName",
  "replayInstanceId",
  "sessionManagerUrl",
  "monitoringUrl",
  "alarmTopicArn",
  "ticketTopicArn",
  "producerCommand",
] as const satisfies readonly (keyof PipelineOutputs)[];

/** The whole pipeline as one component, for programs in any language of Pulumi. */
export class StreamingPipeline extends pulumi.ComponentResource {
  readonly outputs: PipelineOutputs;

  /**
   * @param args - configuration keys; those that are not set have the defaults of Pulumi.yaml.
   * @throws Error that lists every unknown and invalid argument
   */
  constructor(
    type: string,
    name: string,
    args: StreamingPipelineArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    // Addresses may be secret.
    super(type, name, componentInputs(args, "alarmSubscribers", "ticketSubscribers"), opts);
    const paths = { producer: path.join(projectRoot, "producer/cli.ts") };
    const config = loadConfig(argumentSource(args));
    this.outputs = new Pipeline(name, { ...config, paths }, { parent: this }).outputs;
    this.registerOutputs(this.outputs);
  }
}

/** Arguments read as a configuration, with the defaults of Pulumi.yaml. */
function argumentSource(args: StreamingPipelineArgs): ConfigSource {
  const defaults = declaredKeys();
  return {
    name: "",
    names: () => Object.keys(args).map((key) => `:${key}`),
    get(key) {
      const value = args[key] ?? defaults[key]?.default;
      if (value === undefined) return undefined;
      const text = typeof value === "string" ? value : JSON.stringify(value);
      // The program of the user, not this package, is where its own workload lies.
      return key === "workload" && key in args ? path.resolve(text) : text;
    },
  };
}
