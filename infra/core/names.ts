import { createHash } from "node:crypto";
import type { Form } from "./validate";

/**
 * Name of a project. It begins the physical names of everything that the project declares; those of IAM roles, 64
 * characters at most, have room for this many.
 */
export const projectName: Form = {
  pattern: /^[a-z][a-z0-9-]{0,18}$/,
  description: "1 to 19 lower-case letters, digits and hyphens, beginning with a letter",
};

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
