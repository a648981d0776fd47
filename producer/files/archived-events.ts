import { Ajv2020 } from "ajv/dist/2020";
import type { SchemaObject, ValidateFunction } from "ajv";
import { textOf } from "./parquet-rows";
import { type Cell, invalidEvent, parsedRow } from "./rows";

/** The schema of a flat event. */
interface FlatSchema extends SchemaObject {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, { readonly type: string }>>;
}

/** Reads events of a schema: as the stream carries them, and from tables of the archive. */
export class ArchivedEvents<Event> {
  readonly #schema: FlatSchema;
  readonly #added: readonly string[];
  readonly #instant: (ms: number) => string;
  #validator: ValidateFunction<Event> | undefined;

  /**
   * @param added - fields that the archive's transform adds to an event
   * @param instant - writes the times of the event, whose names end in "time"
   */
  constructor(schema: FlatSchema, added: readonly string[], instant: (ms: number) => string) {
    this.#schema = schema;
    this.#added = added;
    this.#instant = instant;
  }

  /** @throws RowRejection for what is not an event of the schema */
  parse(text: string): Event {
    this.#validator ??= new Ajv2020().compile<Event>(this.#schema);
    const event = parsedRow(text);
    if (typeof event === "object" && event !== null) {
      for (const name of this.#added) {
        Reflect.deleteProperty(event, name);
      }
    }
    if (!this.#validator(event)) {
      throw invalidEvent(this.#validator.errors);
    }
    return event;
  }

  /**
   * The JSON of rows of the archive, whose columns are the event's properties in lower case and whose times are UTC.
   * A property that is a partition is no column; its value is in the name of a folder, as in `symbol=ACME/`.
   *
   * @returns undefined when the header is that of another table
   */
  rows(header: readonly string[], file: string): ((cells: readonly Cell[]) => string) | undefined {
    const { properties, required } = this.#schema;
    const names = header.map((name) => name.toLowerCase());
    const columns = Object.entries(properties).map(([name, { type }]) => ({
      name,
      isText: type === "string",
      at: names.indexOf(name.toLowerCase()),
      ofFolder: new RegExp(`/${name}=([^/]+)/`, "i").exec(`/${file}`)?.[1],
    }));
    if (columns.some(({ name, at, ofFolder }) => required.includes(name) && at < 0 && !ofFolder)) {
      return undefined;
    }
    return (cells) => {
      const values = columns.flatMap(({ name, isText, at, ofFolder }) => {
        const text = textOf(at < 0 ? ofFolder : cells[at]);
        const value = /time$/i.test(name) ? this.#time(text) : isText ? text : Number(text);
        return text === "" ? [] : [[name, value] as const];
      });
      return JSON.stringify(Object.fromEntries(values));
    };
  }

  #time(text: string): string {
    const ms = Date.parse(text.replace(" ", "T").replace(/Z?$/, "Z"));
    return Number.isNaN(ms) ? text : this.#instant(ms);
  }
}
