import * as pulumi from "@pulumi/pulumi";
import type { SchemaObject } from "../contracts/json-schema";
import type { Problems } from "../core/validate";

/** Origin of a record's partition key: a field of the event, with dots between levels, or a header of the request. */
export type PartitionKeySource = { readonly field: string } | { readonly header: string };

const fieldPath = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;
const headerName = /^[A-Za-z][A-Za-z0-9-]{0,63}$/;

/**
 * The partition key as a JSON value in the Velocity template of the request:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */
function partitionKeyTemplate(source: PartitionKeySource, schema: SchemaObject): string {
  if ("header" in source) {
    const { header } = source;
    const value = (name: string): string => `"$util.urlEncode($input.params('${name}'))"`;
    // Clients of HTTP/2 send names in lower case.
    return `#if($input.params('${header}') != "")${value(header)}#else${value(header.toLowerCase())}#end`;
  }
  const path = `$.${source.field}`;
  // `json` quotes and escapes a text; a number has nothing to escape.
  return keyType(source.field, schema) === "string"
    ? `$input.json('${path}')`
    : `"$input.path('${path}')"`;
}

/** The body of PutRecord: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html */
export function putRecordTemplate(
  streamName: pulumi.Input<string>,
  source: PartitionKeySource,
  schema: SchemaObject,
): pulumi.Output<string> {
  const key = partitionKeyTemplate(source, schema);
  return pulumi.interpolate`{"StreamName": "${streamName}", "Data": "$util.base64Encode($input.body)", "PartitionKey": ${key}}`;
}

/**
 * Answers to what Kinesis refuses with a status of 4xx, by the error's type: a full shard is the caller's to retry, an
 * invalid record the caller's to correct, and everything else, such as a missing permission, is not the caller's.
 */
export const refusedTemplate = `#set($type = $input.path('$.__type'))
#if($type.indexOf('ThroughputExceeded') >= 0 || $type.indexOf('Throttling') >= 0)
#set($context.responseOverride.status = 429)
{"message": "Too Many Requests"}
#elseif($type.indexOf('ValidationException') >= 0 || $type.indexOf('InvalidArgument') >= 0)
{"message": $input.json('$.message')}
#else
#set($context.responseOverride.status = 500)
{"message": "Internal server error"}
#end`;

export const failedTemplate = `{"message": "Internal server error"}`;

/** Complains about a partition key that not every valid event or request has. */
export function checkPartitionKey(
  source: PartitionKeySource,
  schema: SchemaObject,
  problems: Problems,
  name = "partitionKey",
): void {
  if ("header" in source) {
    problems.matches(`${name}.header`, source.header, {
      pattern: headerName,
      description: "the name of a header, such as X-Partition-Key",
    });
    return;
  }
  // Languages without types may leave it out.
  const { field = "" } = source as Partial<typeof source>;
  problems.require(
    fieldPath.test(field) && ["string", "integer"].includes(String(keyType(field, schema))),
    `${name} must be a required property of the event schema, of type string or integer and with a name of letters, digits and underscores, so that every valid event has a partition key; got ${field || "none"}`,
  );
}

/** Type of a required property; undefined where an event can lack it. */
function keyType(field: string, schema: SchemaObject): unknown {
  let at: SchemaObject | undefined = schema;
  for (const part of field.split(".")) {
    const { properties, required } = at as {
      readonly properties?: Readonly<Record<string, SchemaObject>>;
      readonly required?: readonly string[];
    };
    if (required?.includes(part) !== true) return undefined;
    at = properties?.[part];
    if (at === undefined) return undefined;
  }
  return at["type"];
}
