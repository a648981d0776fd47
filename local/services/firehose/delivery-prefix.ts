import { randomBytes } from "node:crypto";
import { DateTime } from "luxon";

/** Java's pattern letters that mean the same to Luxon in the same number. */
const DATE_TOKENS = /^(?:yyyy|yy|MM?|dd?|HH?|hh?|mm?|ss?|SSS|a|EEEE?)$/;
const MAX_LENGTH = 512;
const DEFAULT_TIMESTAMP = "yyyy/MM/dd/HH/";

export interface PrefixContext {
  readonly time: Date;
  /** IANA time zone, such as UTC. */
  readonly timeZone: string;
  /** Fills `firehose:random-string`. */
  readonly random?: () => string;
  /** Values of the record's partition keys. @default none */
  readonly partitionKeys?: Readonly<Record<string, string>>;
}

interface Part {
  readonly kind: "text" | "timestamp" | "random" | "partition" | "error";
  /** The text, the pattern of the timestamp or the key of the partition. */
  readonly value: string;
}

/** Which of the expressions that are not for every prefix are allowed. */
type Use = "objects" | "partitions" | "errors";

/**
 * Prefixes with expressions such as `!{timestamp:yyyy/MM/dd}`, for objects and for what cannot be delivered:
 * https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
 */
export class DeliveryPrefix {
  readonly #objects: readonly Part[];
  readonly #errors: readonly Part[];

  /** @throws Error that lists every invalid expression */
  constructor(prefix: string, errorOutputPrefix: string | undefined, partitioned = false) {
    const problems: string[] = [];
    const objects = parse(prefix, problems, partitioned ? "partitions" : "objects");
    const errors = parse(errorOutputPrefix ?? "", problems, "errors");
    if (hasExpressions(objects) && errorOutputPrefix === undefined) {
      problems.push("a prefix with expressions needs an errorOutputPrefix");
    }
    if (partitioned && !objects.some(({ kind }) => kind === "partition")) {
      problems.push("with dynamic partitioning it must contain a partition key");
    }
    if (hasExpressions(errors) && !errors.some(({ kind }) => kind === "error")) {
      problems.push(
        "an errorOutputPrefix with expressions must contain !{firehose:error-output-type}",
      );
    }
    if (problems.length > 0) {
      throw new Error(["The prefix is wrong:", ...problems.map((text) => `- ${text}`)].join("\n"));
    }
    this.#objects = hasExpressions(objects) ? objects : [...objects, hour];
    this.#errors = hasExpressions(errors)
      ? errors
      : [...errors, { kind: "error", value: "" }, { kind: "text", value: "/" }, hour];
  }

  /** @throws Error when a partition key has no value. */
  evaluate(context: PrefixContext): string {
    return evaluate(this.#objects, context);
  }

  /** @param type such as processing-failed. */
  evaluateError(type: string, context: PrefixContext): string {
    return evaluate(this.#errors, context, type);
  }
}

const hour: Part = { kind: "timestamp", value: DEFAULT_TIMESTAMP };

function hasExpressions(parts: readonly Part[]): boolean {
  return parts.some(({ kind }) => kind !== "text");
}

function evaluate(
  parts: readonly Part[],
  { time, timeZone, random, partitionKeys = {} }: PrefixContext,
  errorType = "",
): string {
  const zoned = DateTime.fromJSDate(time, { zone: timeZone });
  // Every instance of the expression gives the same string.
  const string = random?.() ?? randomBytes(8).toString("base64url");
  const evaluated = parts
    .map(({ kind, value }) => {
      if (kind === "random") return string;
      if (kind === "error") return errorType;
      if (kind === "timestamp") return zoned.toFormat(value, { locale: "en-US" });
      if (kind === "text") return value;
      // Firehose takes no empty key: the folder would have no name.
      if (!partitionKeys[value]) throw new Error(`Partition key ${value} has no value`);
      return partitionKeys[value];
    })
    .join("");
  if (evaluated.length > MAX_LENGTH) {
    throw new Error(`The prefix becomes longer than ${MAX_LENGTH} characters: ${evaluated}`);
  }
  return evaluated;
}

function parse(prefix: string, problems: string[], use: Use): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of prefix.matchAll(/!\{([^:}]*):([^}]*)\}/g)) {
    parts.push({ kind: "text", value: prefix.slice(end, match.index) });
    end = match.index + match[0].length;
    const [expression, namespace = "", value = ""] = match;
    if (namespace === "timestamp") {
      const problem = patternProblem(value);
      if (problem !== undefined) problems.push(`${expression}: ${problem}`);
      parts.push({ kind: "timestamp", value });
    } else if (namespace === "firehose" && value === "random-string") {
      parts.push({ kind: "random", value });
    } else if (namespace === "firehose" && value === "error-output-type") {
      if (use !== "errors") problems.push(`${expression} is allowed in errorOutputPrefix only`);
      parts.push({ kind: "error", value });
    } else if (namespace === "partitionKeyFromLambda" || namespace === "partitionKeyFromQuery") {
      if (use !== "partitions") {
        problems.push(`${expression} needs dynamic partitioning, and a place in prefix`);
      }
      parts.push({ kind: "partition", value });
    } else {
      problems.push(`${expression} is not an expression that Firehose knows`);
    }
  }
  const rest = prefix.slice(end);
  if (rest.includes("!{")) problems.push(`${rest} has a !{ that does not begin an expression`);
  parts.push({ kind: "text", value: rest });
  return parts;
}

function patternProblem(pattern: string): string | undefined {
  const unquoted = pattern.replaceAll(/'[^']*'/g, "");
  const unknown = [...unquoted.matchAll(/([a-zA-Z])\1*/g)]
    .map(([token]) => token)
    .filter((token) => !DATE_TOKENS.test(token));
  return unknown.length === 0
    ? undefined
    : `${unknown.join(", ")} cannot be evaluated locally; use yyyy, MM, dd, HH, mm, ss`;
}
