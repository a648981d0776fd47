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

/** A value, or a template (see {@link COMPUTED}). */
export type Computed = string | number | boolean | readonly string[];

type Compute = (resource: Resource) => Computed;

export interface Row {
  readonly id: string;
  readonly [output: string]: Computed | Compute;
}

type Functions = Readonly<Record<string, Readonly<Record<string, Compute>>>>;

/** Counts the versions of a resource, from 1. */
function counter(property: string): (resource: Resource) => number {
  return ({ previous, changesTagsOnly }) =>
    Number(previous[property] ?? 0) + (changesTagsOnly ? 0 : 1);
}

/** Hash of an object's content, so that a new content is a new version in the plan as well. */
function contentHash(algorithm: "md5" | "sha256"): Compute {
  return ({ inputs: { source, content, contentBase64, sourceHash } }) => {
    const identity = isAsset(source)
      ? source["hash"]
      : [content, contentBase64, source, sourceHash];
    return createHash(algorithm).update(JSON.stringify(identity)).digest("hex").slice(0, 32);
  };
}

const codeHash: Compute = ({ inputs: { code, s3Key, s3ObjectVersion, imageUri } }) => {
  const identity = isAsset(code) ? code["hash"] : [s3Key, s3ObjectVersion, imageUri];
  return createHash("sha256").update(JSON.stringify(identity)).digest("base64");
};

/** Outputs that no template can tell, which `computed.json` has null for, and that stay as they were created. */
const atCreation: Functions = {
  "aws:opensearch/domain:Domain": {
    endpoint: ({ inputs }) =>
      `${isObject(inputs["vpcOptions"]) ? "vpc" : "search"}-{domainName}-{alnum:26}.{region}.es.{dnsSuffix}`,
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    pendingConfirmation: ({ inputs }) => String(inputs["protocol"]).startsWith("email"),
  },
  "aws:ssm/parameter:Parameter": {
    arn: ({ inputs }) =>
      `arn:{partition}:ssm:{region}:{account}:parameter/${String(inputs["name"]).replace(/^\//, "")}`,
  },
};

/** Likewise, but computed again by an update. */
export const COMPUTED_EACH_TIME: Functions = {
  "aws:ec2/launchTemplate:LaunchTemplate": { latestVersion: counter("latestVersion") },
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": {
    versionId: (resource) => String(counter("versionId")(resource)),
  },
  "aws:kinesisanalyticsv2/application:Application": {
    status: ({ inputs }) => (inputs["startApplication"] === true ? "RUNNING" : "READY"),
    versionId: counter("versionId"),
  },
  "aws:kms/alias:Alias": {
    targetKeyArn: ({ inputs }) => {
      const key = String(inputs["targetKeyId"]);
      return key.startsWith("arn:") ? key : `arn:{partition}:kms:{region}:{account}:key/${key}`;
    },
  },
  "aws:lambda/function:Function": {
    version: (resource) =>
      resource.inputs["publish"] === true ? String(counter("version")(resource)) : "$LATEST",
    qualifiedArn: () => "{arn}:{version}",
    qualifiedInvokeArn: () =>
      "arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}:{version}/invocations",
    codeSha256: codeHash,
    sourceCodeHash: codeHash,
  },
  "aws:s3/bucketObjectv2:BucketObjectv2": {
    etag: contentHash("md5"),
    versionId: contentHash("sha256"),
  },
  "aws:ssm/parameter:Parameter": { version: counter("version") },
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
  Object.entries(rows).map(([type, row]) => [
    type,
    { ...row, ...atCreation[type], ...COMPUTED_EACH_TIME[type] },
  ]),
) as Readonly<Record<string, Row>>;
