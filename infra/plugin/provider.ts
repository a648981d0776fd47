import type { Provider } from "@pulumi/pulumi/provider";
import { declaredKeys, type DeclaredKey } from "../pipeline/config";
import manifest from "./package.json";
import { outputNames, StreamingPipeline } from "./streaming-pipeline";

const token = `${manifest.name}:index:StreamingPipeline`;

/** Type of values that the schema does not describe. */
const anyObject = { type: "object", additionalProperties: { $ref: "pulumi.json#/Any" } };

function argument({ type, items, description }: DeclaredKey): object {
  const ofItems = items?.type === "object" ? anyObject : items;
  return { type, ...(ofItems && { items: ofItems }), description, plain: true };
}

/** Schema of the package, which follows from Pulumi.yaml: a new configuration key is a new argument. */
export function schema(): object {
  return {
    name: manifest.name,
    version: manifest.version,
    description: "Streaming pipeline on AWS: Kinesis, Managed Flink, Firehose, OpenSearch",
    license: "Apache-2.0",
    resources: {
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

/** Component provider for programs in Python, Go, C#, Java and YAML. */
export const provider: Provider = {
  version: manifest.version,
  schema: JSON.stringify(schema()),
  async construct(name, type, inputs, options) {
    if (type !== token) throw new Error(`The resource must be ${token}; got ${type}.`);
    const { urn, outputs } = new StreamingPipeline(type, name, inputs, options);
    return Promise.resolve({ urn, state: outputs });
  },
};
