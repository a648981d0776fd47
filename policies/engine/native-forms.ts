import { type PolicyResource, unknownCheckingProxy } from "@pulumi/policy";
import { fromJson, isSet, known } from "./known";
import table from "./native-types.json";
import { sdkToken } from "./sdk-types";

/** A resource as the policies know it: in the names of @pulumi/aws. */
export interface Form {
  readonly type: string;
  readonly props: Readonly<Record<string, unknown>>;
}

type Block = Readonly<Record<string, unknown>>;

/** New places of properties, by their path in @pulumi/aws; every other property keeps its name. */
type Moves = Readonly<Record<string, string>>;

interface Mapping {
  readonly type: string;
  readonly moves: Moves;
  /** Blocks, under their new names, that have the moves of a Firehose destination. */
  readonly destinations?: readonly string[];
  /** Settings that @pulumi/aws keeps in resources of their own, by property. */
  readonly companions?: Readonly<Record<string, Mapping>>;
}

/** CloudFormation's types, on which AWS Native, AWSCC and Cloud Control rest, with what is named otherwise. */
const mappings: Readonly<Record<string, Mapping>> = table;

const destination: Moves = {
  kmsKeyArn: "encryptionConfiguration.kmsEncryptionConfig.awskmsKeyArn",
  bufferingSize: "bufferingHints.sizeInMbs",
  bufferingInterval: "bufferingHints.intervalInSeconds",
  cloudwatchLoggingOptions: "cloudWatchLoggingOptions",
};

/** CloudFormation's type for a token of AWS Native (aws-native:kinesis:Stream) and AWSCC (awscc:index/kinesisStream:…). */
const native: ReadonlyMap<string, string> = new Map(
  Object.keys(mappings).flatMap((name) => {
    const [, service = "", type = ""] = name.split("::");
    const joined = `${service.toLowerCase()}${type}`;
    return [
      [`aws-native:${service.toLowerCase()}:${type}`, name],
      [`awscc:index/${joined.toLowerCase()}`, name],
    ];
  }),
);

const cloudControl = sdkToken("cloudcontrol", "Resource");

/**
 * What the policies judge of a resource: itself, or for one of AWS Native, AWSCC or Cloud Control what it would be in
 * @pulumi/aws, a bucket's settings as resources of their own.
 */
export function formsOf({ type, props }: Form): readonly Form[] {
  const mapping = mappingOf(type, props);
  if (mapping === undefined) {
    return [{ type, props }];
  }
  const source = (type === cloudControl ? camelCased(desiredState(props)) : plain(props)) as Block;
  const companions = Object.entries(mapping.companions ?? {}).filter(([key]) => isSet(source, key));
  const forms = [
    { type: mapping.type, props: formed(source, mapping) },
    ...companions.map(([key, companion]) => ({
      type: companion.type,
      props: { bucket: source["bucketName"], ...formed(blockOf(source[key]), companion) },
    })),
  ];
  for (const [key] of companions) {
    Reflect.deleteProperty(forms[0]?.props ?? {}, key);
  }
  return forms.map((form) => ({
    ...form,
    props: (unknownCheckingProxy as (props: object) => Block)(form.props),
  }));
}

/** A block, or one around a setting that is a single value. */
function blockOf(value: unknown): Block {
  return (value instanceof Object ? value : { value }) as Block;
}

/** Whether a resource has another form; its type alone does not tell for Cloud Control. */
export function isMapped(type: string, props: Block): boolean {
  return mappingOf(type, props) !== undefined;
}

/** A resource of a stack, one of another provider in its forms, with their relations. */
export function resourceForms(resource: PolicyResource): readonly PolicyResource[] {
  if (!isMapped(resource.type, resource.props)) {
    return [resource];
  }
  const dependencies = Object.values(resource.propertyDependencies).flat();
  const results: PolicyResource[] = [];
  for (const { type, props } of formsOf(resource)) {
    const [main] = results;
    const isType = (one: object) => (one as { __pulumiType?: string }).__pulumiType === type;
    results.push({
      ...resource,
      type,
      props,
      // Which property has a value from which resource the mapping does not follow.
      propertyDependencies: {
        ...Object.fromEntries(Object.keys(props).map((key) => [key, dependencies])),
        ...(main && { bucket: [main] }),
      },
      isType,
      asType: ((one: object) => (isType(one) ? props : undefined)) as PolicyResource["asType"],
    });
  }
  return results;
}

function mappingOf(type: string, props: Block): Mapping | undefined {
  const name =
    type === cloudControl
      ? known(() => props["typeName"] as string | undefined)
      : native.get(type.startsWith("awscc:") ? type.split(":", 2).join(":").toLowerCase() : type);
  return name === undefined ? undefined : mappings[name];
}

function desiredState(props: Block): unknown {
  const text = known(() => props["desiredState"]);
  return (typeof text === "string" && fromJson(text)) || {};
}

/** A copy that can be changed, with unknown values as the engine writes them. */
function plain(value: unknown): unknown {
  if (!(value instanceof Object)) {
    return value;
  }
  const entries = Object.entries(Object.getOwnPropertyDescriptors(value)).filter(
    ([name]) => name !== "length",
  );
  const copies = entries.map(([name, { value: one }]) => [name, plain(one)] as const);
  return Array.isArray(value) ? copies.map(([, one]) => one) : Object.fromEntries(copies);
}

/** The properties of a block under their names in @pulumi/aws. */
function formed(source: Block, { moves, destinations = [] }: Mapping): Record<string, unknown> {
  const result = plain(source) as Record<string, unknown>;
  const inside = destinations.flatMap((block) =>
    Object.entries(destination).map(
      ([to, from]) => [`${block}.${to}`, `${block}.${from}`] as const,
    ),
  );
  for (const [to, from] of [...Object.entries(moves), ...inside]) {
    move(result, to.split("."), from.split("."));
  }
  const { tags, logPublishingOptions: logs, serverSideEncryption } = result;
  if (Array.isArray(tags)) {
    const pairs = tags as readonly { readonly key: string; readonly value: unknown }[];
    result["tags"] = Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
  }
  if (logs instanceof Object && !Array.isArray(logs)) {
    result["logPublishingOptions"] = Object.entries(logs).map(([logType, log]) => ({
      logType,
      ...(log as Block),
    }));
  }
  if (serverSideEncryption instanceof Object) {
    Object.assign(serverSideEncryption, { enabled: true });
  }
  return result;
}

/** Moves a value to another path; what both paths have in common may lead through lists. */
function move(value: unknown, to: readonly string[], from: readonly string[]): void {
  if (Array.isArray(value)) {
    value.forEach((item) => {
      move(item, to, from);
    });
  } else if (value instanceof Object) {
    const block = value as Record<string, unknown>;
    const [source = ""] = from;
    if (to[0] === source && to.length > 1) {
      move(block[source], to.slice(1), from.slice(1));
      return;
    }
    const moved = source === "" ? { ...block } : taken(block, from);
    const parent = to
      .slice(0, -1)
      .reduce((inner, name) => (inner[name] ??= {}) as Record<string, unknown>, block);
    if (moved !== undefined) {
      parent[to.at(-1) ?? ""] = moved;
    }
  }
}

function taken(block: Record<string, unknown>, [name = "", ...rest]: readonly string[]): unknown {
  const value = block[name];
  if (rest.length === 0) {
    Reflect.deleteProperty(block, name);
    return value;
  }
  return value instanceof Object ? taken(value as Record<string, unknown>, rest) : undefined;
}

/** Values whose keys are no names of properties. */
const asWritten = /polic|tags|propertymap/i;

/** Cloud Control takes names as CloudFormation has them: KMSMasterKeyID, SizeInMBs. */
function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(camelCased);
  }
  if (!(value instanceof Object)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      const key = name
        .replace(/ARN$/, "Arn")
        .replace(/ID$/, "Id")
        .replace("MBs", "Mbs")
        .replace(/^([A-Z]+)(?=[A-Z][a-z]|$|[0-9])|^[A-Z]/, (start) => start.toLowerCase());
      const isKept = asWritten.test(name) && !/^Policies$|Options$|Configuration/.test(name);
      return [key, isKept && name !== "Tags" ? one : camelCased(one)];
    }),
  );
}
