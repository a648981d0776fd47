import { randomBytes } from "node:crypto";
import { DateTime } from "luxon";

/** Java's pattern letters that mean the same to Luxon in the same number. */
const DATE_TOKENS = /^(?:yyyy|yy|MM?|dd?|HH?|hh?|mm?|ss?|SSS|a|EEEE?)$/;
const MAX_LENGTH = 512;
const DEFAULT_TIMESTAMP = "yyyy/MM/dd/HH/";

/** What an expression in a prefix is evaluated with. */
export interface PrefixContext {
  /** Arrival of the oldest record in the object. */
  readonly time: Date;
  /** IANA time zone, such as UTC. */
  readonly timeZone: string;
  /** Fills `firehose:random-string`. */
  readonly random?: () => string;
}

type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "timestamp"; readonly pattern: string }
  | { readonly kind: "random" };

/**
 * Prefix of the objects that Firehose delivers, with expressions such as `!{timestamp:yyyy/MM/dd}`.
 * https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
 */
export class DeliveryPrefix {
  readonly #parts: readonly Part[];

  /** @throws Error that lists what is wrong with the expressions. */
  constructor(prefix: string, errorOutputPrefix: string | undefined) {
    const problems: string[] = [];
    this.#parts = parse(prefix, problems);
    const hasExpressions = this.#parts.some(({ kind }) => kind !== "text");
    if (hasExpressions && errorOutputPrefix === undefined) {
      problems.push("a prefix with expressions needs an errorOutputPrefix");
    }
    if (
      errorOutputPrefix?.includes("!{") === true &&
      !errorOutputPrefix.includes("!{firehose:error-output-type}")
    ) {
      problems.push(
        "an errorOutputPrefix with expressions must contain !{firehose:error-output-type}",
      );
    }
    if (problems.length > 0) {
      throw new Error(["The prefix is wrong:", ...problems.map((text) => `- ${text}`)].join("\n"));
    }
    if (!hasExpressions) {
      this.#parts = [...this.#parts, { kind: "timestamp", pattern: DEFAULT_TIMESTAMP }];
    }
  }

  evaluate({ time, timeZone, random = randomString }: PrefixContext): string {
    const zoned = DateTime.fromJSDate(time, { zone: timeZone });
    // Every instance of the expression gives the same string.
    const string = random();
    const evaluated = this.#parts
      .map((part) => {
        if (part.kind === "text") return part.text;
        return part.kind === "random" ? string : zoned.toFormat(part.pattern, { locale: "en-US" });
      })
      .join("");
    if (evaluated.length > MAX_LENGTH) {
      throw new Error(`The prefix becomes longer than ${MAX_LENGTH} characters: ${evaluated}`);
    }
    return evaluated;
  }
}

function parse(prefix: string, problems: string[]): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of prefix.matchAll(/!\{([^:}]*):([^}]*)\}/g)) {
    parts.push({ kind: "text", text: prefix.slice(end, match.index) });
    end = match.index + match[0].length;
    const [expression, namespace = "", value = ""] = match;
    if (namespace === "timestamp") {
      const problem = patternProblem(value);
      if (problem !== undefined) problems.push(`${expression}: ${problem}`);
      parts.push({ kind: "timestamp", pattern: value });
    } else if (namespace === "firehose" && value === "random-string") {
      parts.push({ kind: "random" });
    } else if (namespace === "firehose" && value === "error-output-type") {
      problems.push(`${expression} is allowed in errorOutputPrefix only`);
    } else if (namespace.startsWith("partitionKeyFrom")) {
      problems.push(`${expression} needs dynamic partitioning, which is not there locally`);
    } else {
      problems.push(`${expression} is not an expression that Firehose knows`);
    }
  }
  const rest = prefix.slice(end);
  if (rest.includes("!{")) problems.push(`${rest} has a !{ that does not begin an expression`);
  parts.push({ kind: "text", text: rest });
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

function randomString(): string {
  return randomBytes(8).toString("base64url");
}
