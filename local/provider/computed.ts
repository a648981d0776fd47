import { createHash } from "node:crypto";
import rows from "./computed.json";
import { isAsset, isObject, type Values } from "./values";

/** What an output is computed from. */
export interface Resource {
  readonly inputs: Values;
  /** Outputs before an update; empty on creation. */
  readonly previous: Values;
  /** An update changes the tags and nothing else, which makes no new version of anything. */
  readonly changesTagsOnly: boolean;
}

/** A value, a template (see {@link COMPUTED}) or a function that returns one of them. */
export type Computed = string | number | boolean | readonly string[];

/** An output that an update computes again; every other one stays as it was created. */
export interface EachTime {
  readonly eachTime: (resource: Resource) => Computed | undefined;
}

type Rule = Computed | EachTime | ((resource: Resource) => Computed);

export interface Row {
  readonly id: string;
  readonly [output: string]: Rule;
}

function eachTime(compute: EachTime["eachTime"]): EachTime {
  return { eachTime: compute };
}

/** Counts the versions of a resource, from 1. */
function counter(property: string): EachTime {
  return eachTime((resource) => nextVersion(property, resource));
}

function nextVersion(property: string, { previous, changesTagsOnly }: Resource): number {
  return Number(previous[property] ?? 0) + (changesTagsOnly ? 0 : 1);
}

/** Hash of an object's content, so that a new content is a new version in the plan as well. */
function contentHash(algorithm: "md5" | "sha256"): EachTime {
  return eachTime(({ inputs }) => {
    const { source, content, contentBase64, sourceHash } = inputs;
    const identity = isAsset(source)
      ? source["hash"]
      : [content, contentBase64, source, sourceHash];
    return createHash(algorithm).update(JSON.stringify(identity)).digest("hex").slice(0, 32);
  });
}

const codeHash = eachTime(({ inputs }) => {
  const { code, s3Key, s3ObjectVersion, imageUri } = inputs;
  const identity = isAsset(code) ? code["hash"] : [s3Key, s3ObjectVersion, imageUri];
  return createHash("sha256").update(JSON.stringify(identity)).digest("base64");
});

/** Outputs that no template can tell, which `computed.json` has null for. */
const functions: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  "aws:ec2/launchTemplate:LaunchTemplate": { latestVersion: counter("latestVersion") },
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": {
    versionId: eachTime((resource) => String(nextVersion("versionId", resource))),
  },
  "aws:kinesisanalyticsv2/application:Application": {
    status: eachTime(({ inputs }) => (inputs["startApplication"] === true ? "RUNNING" : "READY")),
    versionId: counter("versionId"),
  },
  "aws:kms/alias:Alias": {
    targetKeyArn: eachTime(({ inputs }) => {
      const key = String(inputs["targetKeyId"]);
      return key.startsWith("arn:") ? key : `arn:{partition}:kms:{region}:{account}:key/${key}`;
    }),
  },
  "aws:lambda/function:Function": {
    version: eachTime((resource) =>
      resource.inputs["publish"] === true ? String(nextVersion("version", resource)) : "$LATEST",
    ),
    qualifiedArn: eachTime(() => "{arn}:{version}"),
    qualifiedInvokeArn: eachTime(
      () =>
        "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}:{version}/invocations",
    ),
    codeSha256: codeHash,
    sourceCodeHash: codeHash,
  },
  "aws:opensearch/domain:Domain": {
    endpoint: ({ inputs }) =>
      `${isObject(inputs["vpcOptions"]) ? "vpc" : "search"}-{domainName}-{alnum:26}.{region}.es.{dnsSuffix}`,
  },
  "aws:s3/bucketObjectv2:BucketObjectv2": {
    etag: contentHash("md5"),
    versionId: contentHash("sha256"),
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    pendingConfirmation: ({ inputs }) => String(inputs["protocol"]).startsWith("email"),
  },
  "aws:ssm/parameter:Parameter": {
    arn: ({ inputs }) =>
      `arn:{partition}:ssm:{region}:{account}:parameter/${String(inputs["name"]).replace(/^\//, "")}`,
    version: counter("version"),
  },
};

/**
 * What AWS computes for a resource, by resource type: its `id` as the real provider records it, and
 * its other outputs in the order in which they build on one another.
 *
 * Templates name inputs and outputs in braces, and these: `{partition}`, `{region}`, `{account}`,
 * `{dnsSuffix}`, `{logicalName}`; `{hex:17}`, `{alnum:10}`, `{upper:21}` for as many random characters,
 * `{uuid}` and `{octet}`. A template with a name that has no value gives no output.
 *
 * To add a type: one row in `computed.json`, and its properties in `aws-resource-facts.json` where they are missing.
 */
export const COMPUTED = Object.fromEntries(
  Object.entries(rows).map(([type, row]) => [type, { ...row, ...functions[type] }]),
) as Readonly<Record<string, Row>>;
