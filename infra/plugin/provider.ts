import * as pulumi from "@pulumi/pulumi";
import type { Provider } from "@pulumi/pulumi/provider";
import path from "node:path";
import { componentInputs } from "../core/component";
import type { ConfigSource } from "../core/config-reader";
import { type DeclaredKey, declaredKeys, loadConfig, projectRoot } from "../pipeline/config";
import type { PipelineOutputs } from "../pipeline/outputs";
import { Pipeline } from "../pipeline/pipeline";
import { Problems } from "../core/validate";
import { EncryptionKey } from "../core/encryption-key";
import { ServiceRole } from "../core/iam";
import { NodeFunction } from "../core/node-function";
import { PrivateBucket } from "../core/private-bucket";
import { DeliveryStream } from "../delivery/delivery-stream";
import { FlinkApplication } from "../flink/application";
import { SnapshotKeeper } from "../flink/snapshot-keeper";
import { StreamFunction } from "../function/stream-function";
import { HttpIngestion } from "../ingestion/http-ingestion";
import { JobDelivery } from "../job-delivery/job-delivery";
import { AlarmTopic, Monitoring } from "../monitoring/monitoring";
import { Network } from "../network/network";
import { ArchiveQueries } from "../query/archive-queries";
import { ReplayHost } from "../replay/host";
import { Autoscaling } from "../scaling/autoscaling";
import { SearchBootstrap } from "../search/bootstrap/bootstrap";
import { SearchDomain } from "../search/domain";
import { SearchSnapshots } from "../search/snapshots";
import { EventStream } from "../stream/event-stream";
import { ResultsStream } from "../stream/results-stream";
import { checkArguments, type ValueSpec } from "./arguments";
import * as components from "./components.json";
import manifest from "./package.json";

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

type ComponentClass = new (
  name: string,
  args: never,
  opts: pulumi.ComponentResourceOptions,
) => pulumi.ComponentResource;

/** Components that programs use alone; `npm run schema:components` describes them from their types. */
export const classes: Readonly<Record<string, ComponentClass>> = {
  ArchiveQueries,
  Autoscaling,
  DeliveryStream,
  EncryptionKey,
  EventStream,
  FlinkApplication,
  HttpIngestion,
  ServiceRole,
  JobDelivery,
  AlarmTopic,
  Monitoring,
  Network,
  NodeFunction,
  PrivateBucket,
  ReplayHost,
  ResultsStream,
  SearchBootstrap,
  SearchDomain,
  SearchSnapshots,
  SnapshotKeeper,
  StreamFunction,
};

const token = `${manifest.name}:index:StreamingPipeline`;

/** Type of values that the schema does not describe. */
const anyObject = { type: "object", additionalProperties: { $ref: "pulumi.json#/Any" } };

function argument({ type, items, description }: DeclaredKey) {
  const ofItems = items?.type === "object" ? anyObject : items;
  return { type, ...(ofItems && { items: ofItems }), description, plain: true };
}

/** Schema of the package, which follows from Pulumi.yaml: a new configuration key is a new argument. */
export function schema() {
  return {
    name: manifest.name,
    version: manifest.version,
    description: "Streaming pipeline on AWS: Kinesis, Managed Flink, Firehose, OpenSearch",
    license: "Apache-2.0",
    types: components.types,
    resources: {
      ...components.resources,
      [token]: {
        isComponent: true,
        description: "Streaming pipeline with the configuration keys of Pulumi.yaml as arguments.",
        inputProperties: Object.fromEntries(
          Object.entries(declaredKeys()).map(([key, declared]) => [key, argument(declared)]),
        ),
        properties: Object.fromEntries(outputNames.map((name) => [name, { type: "string" }])),
        required: outputNames,
      },
    },
  };
}

/** Arguments without null, which stands for missing, and with each output of statements as one element of a list. */
function listed(value: unknown, name = ""): unknown {
  if (pulumi.Output.isInstance(value)) return name === "statements" ? [value] : value;
  if (!(value instanceof Object) || value instanceof pulumi.Resource) return value;
  if (Array.isArray(value)) return value.map((each) => listed(each));
  const given = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(given.map(([key, each]) => [key, listed(each, key)]));
}

interface Described {
  readonly inputProperties: Readonly<Record<string, ValueSpec>>;
  readonly requiredInputs?: readonly string[];
  readonly properties: object;
}

const described = schema().resources as Readonly<Record<string, Described>>;

function hasOutput(value: unknown): boolean {
  if (pulumi.Output.isInstance(value)) return true;
  return value instanceof Object && Object.values(value).some(hasOutput);
}

/** @throws Error that lists outputs where a value must be known, and what does not have the form of the schema */
function validate(name: string, type: string, args: StreamingPipelineArgs): void {
  const { inputProperties: properties = {}, requiredInputs } = described[type] ?? {};
  const problems = new Problems();
  const outputs = Object.keys(args).filter(
    (key) => properties[key]?.plain === true && hasOutput(args[key]),
  );
  problems.require(
    outputs.length === 0,
    `${outputs.join(", ")} must be known when the program runs; got outputs of resources, or secrets`,
  );
  // The arguments of a pipeline are checked as configuration.
  if (type !== token) {
    const required = requiredInputs ?? [];
    checkArguments(args, { properties, required }, components.types, problems);
  }
  problems.throwIfAny(`${type.split(":").pop() ?? type} "${name}" has invalid arguments`);
}

/** What a component has of the properties of its schema; methods give statements. */
function outputsOf(component: object, names: readonly string[]): pulumi.Inputs {
  const values = component as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    names.map((name) => {
      const value = values[name];
      return [name, typeof value === "function" ? (value.call(component) as unknown) : value];
    }),
  );
}

/** Component provider for programs in Python, Go, C#, Java and YAML. */
export const provider: Provider = {
  version: manifest.version,
  schema: JSON.stringify(schema()),
  async construct(name, type, inputs, options) {
    const args = listed(inputs) as StreamingPipelineArgs;
    validate(name, type, args);
    if (type === token) {
      const { urn, outputs } = new StreamingPipeline(type, name, args, options);
      return Promise.resolve({ urn, state: outputs });
    }
    const component = classes[type.replace(`${manifest.name}:index:`, "")];
    if (component === undefined) {
      throw new Error(`The package ${manifest.name} has no resource ${type}.`);
    }
    const made = new component(name, args as never, options);
    const names = Object.keys(described[type]?.properties ?? {});
    return Promise.resolve({ urn: made.urn, state: outputsOf(made, names) });
  },
};
