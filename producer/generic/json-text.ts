import { ExactNumber } from "../files/rows";

export interface Span {
  readonly start: number;
  readonly end: number;
}

const space = /\s*/y;
const literal = /[^\s,\]}]*/y;

/**
 * Finds the value of a field in valid JSON, to read or replace it: names joined by dots, or one whole name.
 * @returns undefined when it is missing; of equal names the last one, as JSON.parse
 */
export function locate(text: string, path: string): Span | undefined {
  const root = skip(text, 0);
  const start =
    member(text, root, path) ??
    path.split(".").reduce<number | undefined>((at, name) => member(text, at, name), root);
  return start === undefined ? undefined : { start, end: endOf(text, start) };
}

function member(text: string, object: number | undefined, name: string): number | undefined {
  if (object === undefined || text[object] !== "{") {
    return undefined;
  }
  const plain = JSON.stringify(name);
  let found: number | undefined;
  for (let at = skip(text, object + 1); text[at] === '"';) {
    const nameEnd = endOf(text, at);
    const quoted = text.slice(at, nameEnd);
    const value = skip(text, skip(text, nameEnd) + 1);
    if (quoted === plain || (quoted.includes("\\") && JSON.parse(quoted) === name)) {
      found = value;
    }
    const next = skip(text, endOf(text, value));
    at = text[next] === "," ? skip(text, next + 1) : next;
  }
  return found;
}

function skip(text: string, at: number): number {
  return matchEnd(space, text, at);
}

function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  pattern.test(text);
  return pattern.lastIndex;
}

export function endOf(text: string, start: number): number {
  const first = text[start];
  if (first === '"') {
    return stringEnd(text, start);
  }
  if (first !== "{" && first !== "[") {
    return matchEnd(literal, text, start);
  }
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === 0x22) {
      at = stringEnd(text, at) - 1;
    } else if (character === 0x7b || character === 0x5b) {
      depth += 1;
    } else if (character === 0x7d || character === 0x5d) {
      depth -= 1;
      if (depth === 0) {
        return at + 1;
      }
    }
  }
  return text.length;
}

function stringEnd(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text[end - 1 - escapes] === "\\") {
      escapes += 1;
    }
    if (escapes % 2 === 0) {
      return end + 1;
    }
  }
  return text.length;
}

const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** The JSON of a cell; where cells have no types, a text that is a JSON number is one. */
export function jsonOfCell(value: unknown, isTyped: boolean): string {
  if (typeof value === "string") {
    if (isTyped) {
      return JSON.stringify(value);
    }
    return value === "" ? "null" : jsonNumber.test(value) ? value : JSON.stringify(value);
  }
  if (typeof value === "bigint" || typeof value === "boolean") {
    return String(value);
  }
  if (typeof value === "number") {
    return Number.isFinite(value) ? String(value) : "null";
  }
  if (typeof value !== "object" || value === null) {
    return "null";
  }
  if (value instanceof ExactNumber) {
    return value.text;
  }
  if (value instanceof Uint8Array) {
    return JSON.stringify(Buffer.from(value).toString("base64"));
  }
  if (Array.isArray(value)) {
    return `[${value.map((one) => jsonOfCell(one, isTyped)).join(",")}]`;
  }
  const fields = Object.entries(value).map(
    ([name, one]) => `${JSON.stringify(name)}:${jsonOfCell(one, isTyped)}`,
  );
  return `{${fields.join(",")}}`;
}
