import { createHash } from "node:crypto";
import type { Form } from "./validate";

/** Name of a project, with which the physical names of its resources begin. */
export const projectName: Form = {
  pattern: /^[a-z][a-z0-9-]{0,18}$/,
  description: "1 to 19 lower-case letters, digits and hyphens, beginning with a letter",
};

/** Name of a stack, which follows that of the project: buckets take no underscore, functions and topics no dot. */
export const stackName: Form = {
  pattern: /^[A-Za-z0-9-]+$/,
  description: "letters, digits and hyphens, of which names of buckets and functions consist",
};

/**
 * Characters of project and stack together, with the hyphen between them. Names of Lambda functions have at most 64
 * (https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html), of which the longest function takes 33.
 */
export const prefixLength = 31;

/** Characters of a search domain's name: https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_CreateDomain.html */
export const domainNameLength = 28;
/** Characters of a Glue database's name, with room for a suffix: https://docs.aws.amazon.com/glue/latest/webapi/API_DatabaseInput.html */
export const databaseNameLength = 120;

/** The configurable part of the names that the program gives. */
export const nameForm: Form = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/,
  description: "1 to 100 letters, digits, hyphens, underscores and dots",
};

/**
 * A text in lower-case letters, digits and hyphens, at most `length` of them. Six digits of a hash tell apart texts
 * that only differ in what had to be changed or cut off.
 */
export function physicalName(text: string, length: number): string {
  const name = text.toLowerCase().replace(/[^a-z0-9-]/g, "-");
  if (name === text && name.length <= length) return name;
  const digits = createHash("sha256").update(text).digest("hex").slice(0, 6);
  return `${name.slice(0, length - digits.length - 1).replace(/-+$/, "")}-${digits}`;
}
