import { JsonText } from "../files/rows";

export interface Span {
  readonly start: number;
  readonly end: number;
}

const space = /\s*/y;
const literal = /[^\s,\]}]*/y;
const string = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const bracket = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]]/g;

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

function endOf(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return matchEnd(string, text, start);
  if (first !== "{" && first !== "[") return matchEnd(literal, text, start);
  let depth = 0;
  bracket.lastIndex = start;
  for (let found = bracket.exec(text); found !== null; found = bracket.exec(text)) {
    if (found[0] === "{" || found[0] === "[") depth += 1;
    else if (found[0] === "}" || found[0] === "]") depth -= 1;
    if (depth === 0) return bracket.lastIndex;
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
  if (value instanceof JsonText) {
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
