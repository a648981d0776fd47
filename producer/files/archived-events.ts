import { Ajv2020 } from "ajv/dist/2020";
import type { SchemaObject, ValidateFunction } from "ajv";
import { type Cell, invalidEvent, parsedRow, textOf } from "./rows";

interface FlatSchema extends SchemaObject {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, { readonly type: string }>>;
}

export interface ArchivedEvents<Event> {
  /** The event of a JSON text as the stream or the archive has it. @throws RowRejection */
  parse(text: string): Event;
  /**
   * JSON of rows of the archive: columns in lower case, times in UTC, partitions in the names of folders (`symbol=ACME/`).
   * @returns undefined when the header is that of another table
   */
  rows(header: readonly string[], file: string): ((cells: readonly Cell[]) => string) | undefined;
}

/**
 * @param added - fields that the archive's transform adds to an event
 * @param instant - writes the times of the event, whose names end in "time"
 */
export function archivedEvents<Event>(
  schema: FlatSchema,
  added: readonly string[],
  instant: (ms: number) => string,
): ArchivedEvents<Event> {
  let validate: ValidateFunction<Event> | undefined;
  const timeOf = (text: string) => {
    const ms = Date.parse(text.replace(" ", "T").replace(/Z?$/, "Z"));
    return Number.isNaN(ms) ? text : instant(ms);
  };
  return {
    parse(text) {
      validate ??= new Ajv2020().compile<Event>(schema);
      const event = parsedRow(text);
      if (typeof event === "object" && event !== null) {
        added.forEach((name) => Reflect.deleteProperty(event, name));
      }
      if (!validate(event)) throw invalidEvent(validate.errors);
      return event;
    },
    rows(header, file) {
      const names = header.map((name) => name.toLowerCase());
      const columns = Object.entries(schema.properties).map(([name, { type }]) => ({
        name,
        isText: type === "string",
        at: names.indexOf(name.toLowerCase()),
        ofFolder: new RegExp(`/${name}=([^/]+)/`, "i").exec(`/${file}`)?.[1],
      }));
      const isMissing = ({ name, at, ofFolder }: (typeof columns)[number]) =>
        schema.required.includes(name) && at < 0 && !ofFolder;
      if (columns.some(isMissing)) return undefined;
      return (cells) => {
        const values = columns.flatMap(({ name, isText, at, ofFolder }) => {
          const text = textOf(at < 0 ? ofFolder : cells[at]);
          const value = /time$/i.test(name) ? timeOf(text) : isText ? text : Number(text);
          return text === "" ? [] : [[name, value] as const];
        });
        return JSON.stringify(Object.fromEntries(values));
      };
    },
  };
}
