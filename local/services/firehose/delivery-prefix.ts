import { randomBytes } from "node:crypto";
import { DateTime } from "luxon";

/** Java's pattern letters that mean the same to Luxon in the same number. */
const DATE_TOKENS = /^(?:yyyy|yy|MM?|dd?|HH?|hh?|mm?|ss?|SSS|a|EEEE?)$/;
const EXPRESSION = /!\{([^:}]*):([^}]*)\}/g;
const MAX_LENGTH = 512;
const HOUR = "!{timestamp:yyyy/MM/dd/HH/}";
const ERROR_TYPE = "!{firehose:error-output-type}";

interface PrefixContext {
  readonly time: Date;
  /** IANA time zone, such as UTC. */
  readonly timeZone: string;
  /** Values of the record's partition keys. @default none */
  readonly partitionKeys?: Readonly<Record<string, string>>;
}

/**
 * Prefixes with expressions such as `!{timestamp:yyyy/MM/dd}`, for objects and for what cannot be delivered:
 * https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
 *
 * @throws Error that lists every invalid expression
 */
export function deliveryPrefix(
  prefix: string,
  errorOutputPrefix: string | undefined,
  partitioned = false,
) {
  const errors = errorOutputPrefix ?? "";
  const problems = [
    ...problemsOf(prefix, partitioned ? "partitions" : "objects"),
    ...problemsOf(errors, "errors"),
  ];
  if (hasExpressions(prefix) && errorOutputPrefix === undefined) {
    problems.push("a prefix with expressions needs an errorOutputPrefix");
  }
  if (partitioned && !prefix.includes("!{partitionKeyFrom")) {
    problems.push("with dynamic partitioning it must contain a partition key");
  }
  if (hasExpressions(errors) && !errors.includes(ERROR_TYPE)) {
    problems.push(`an errorOutputPrefix with expressions must contain ${ERROR_TYPE}`);
  }
  if (problems.length > 0) {
    throw new Error(["The prefix is wrong:", ...problems.map((text) => `- ${text}`)].join("\n"));
  }
  const ofObjects = hasExpressions(prefix) ? prefix : prefix + HOUR;
  const ofErrors = hasExpressions(errors) ? errors : `${errors}${ERROR_TYPE}/${HOUR}`;
  return {
    /** @throws Error when a partition key has no value. */
    evaluate: (context: PrefixContext) => evaluate(ofObjects, context),
    /** @param type such as processing-failed. */
    evaluateError: (type: string, context: PrefixContext) => evaluate(ofErrors, context, type),
  };
}

function hasExpressions(prefix: string): boolean {
  return prefix.search(EXPRESSION) >= 0;
}

function evaluate(
  prefix: string,
  { time, timeZone, partitionKeys = {} }: PrefixContext,
  errorType = "",
): string {
  const zoned = DateTime.fromJSDate(time, { zone: timeZone });
  // Every instance of the expression gives the same string.
  const string = randomBytes(8).toString("base64url");
  const evaluated = prefix.replace(EXPRESSION, (expression, namespace: string, value: string) => {
    if (expression === ERROR_TYPE) return errorType;
    if (namespace === "firehose") return string;
    if (namespace === "timestamp") return zoned.toFormat(value, { locale: "en-US" });
    // Firehose takes no empty key: the folder would have no name.
    if (!partitionKeys[value]) throw new Error(`Partition key ${value} has no value`);
    return partitionKeys[value];
  });
  if (evaluated.length > MAX_LENGTH) {
    throw new Error(`The prefix becomes longer than ${MAX_LENGTH} characters: ${evaluated}`);
  }
  return evaluated;
}

/** @param use decides which of the expressions that are not for every prefix are allowed */
function problemsOf(prefix: string, use: "objects" | "partitions" | "errors"): string[] {
  const problems = [...prefix.matchAll(EXPRESSION)].flatMap(([expression, namespace, value]) => {
    if (namespace === "timestamp") {
      const problem = patternProblem(value ?? "");
      return problem === undefined ? [] : [`${expression}: ${problem}`];
    }
    if (expression === "!{firehose:random-string}") return [];
    if (expression === ERROR_TYPE) {
      return use === "errors" ? [] : [`${expression} is allowed in errorOutputPrefix only`];
    }
    if (namespace === "partitionKeyFromLambda" || namespace === "partitionKeyFromQuery") {
      const problem = `${expression} needs dynamic partitioning, and a place in prefix`;
      return use === "partitions" ? [] : [problem];
    }
    return [`${expression} is not an expression that Firehose knows`];
  });
  const rest = prefix.replace(EXPRESSION, "");
  return rest.includes("!{")
    ? [...problems, `${prefix} has a !{ that does not begin an expression`]
    : problems;
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
