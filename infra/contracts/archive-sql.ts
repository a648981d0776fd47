import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { jsonByName } from "../core/json-files";
import { checkPlaceholders } from "./property-templates";

/** Types of an index's fields that a view can have as columns. */
const fieldTypes = ["boolean", "date", "double", "integer", "keyword", "long"] as const;
type FieldType = (typeof fieldTypes)[number];

/** A view that holds what an index does, computed from the archive. */
export interface WorkloadView {
  /** The placeholders are those of the stack's keys. */
  readonly sql: string;
  /** Fields of the index that are columns, and their types. */
  readonly fields: Readonly<Record<string, FieldType>>;
}

/** A query of the archive; its description is the comment at its beginning. */
export interface WorkloadQuery {
  readonly sql: string;
  readonly description: string;
}

interface IndexTemplate {
  readonly template?: {
    readonly mappings?: { readonly properties?: Readonly<Record<string, { type?: string }>> };
  };
}

/** Views of a workload by the index that each is like: `views/<index>.sql`. */
export function readViews(
  folder: string,
  declared: Readonly<Record<string, readonly string[]>>,
  settings: readonly string[],
  complain: (problem: string) => void,
): Record<string, WorkloadView> {
  // What is not JSON has its complaint already.
  const templates = (): Record<string, IndexTemplate> => {
    try {
      return jsonByName(settings.map((one) => path.join(one, "index-templates")));
    } catch {
      return {};
    }
  };
  const byName = Object.keys(declared).length > 0 ? templates() : {};
  return Object.fromEntries(
    Object.entries(declared).map(([index, names]) => {
      const properties = byName[index]?.template?.mappings?.properties ?? {};
      for (const name of names) {
        const type = properties[name]?.type ?? "none";
        if (fieldTypes.some((known) => known === type)) continue;
        complain(
          `archive.views.${index} must be fields of the index template ${index} with one of the types ${fieldTypes.join(", ")}; got ${name} with ${type}`,
        );
      }
      const fields = names.map((name) => [name, properties[name]?.type as FieldType] as const);
      const file = path.join("views", `${index}.sql`);
      const sql = sqlOf(folder, file, complain);
      return [index, { sql, fields: Object.fromEntries(fields) }];
    }),
  );
}

/** Queries of a workload by name: `queries/<name>.sql`. */
export function readQueries(
  folder: string,
  complain: (problem: string) => void,
): Record<string, WorkloadQuery> {
  const place = path.join(folder, "queries");
  const files = existsSync(place) ? readdirSync(place).filter((file) => file.endsWith(".sql")) : [];
  return Object.fromEntries(
    files.sort().map((file) => {
      const text = sqlOf(folder, path.join("queries", file), complain);
      const [comment = ""] = /^(--.*(\r?\n|$))+/.exec(text) ?? [];
      const description = comment.replace(/^-- ?/gm, "").replace(/\s+/g, " ").trim();
      if (description === "") {
        complain(`queries/${file} must begin with a comment, -- and what the query answers`);
      }
      if (text.slice(comment.length).trim() === "") {
        complain(`queries/${file} must have a statement after its comment`);
      }
      return [path.basename(file, ".sql"), { sql: text.slice(comment.length), description }];
    }),
  );
}

function sqlOf(folder: string, file: string, complain: (problem: string) => void): string {
  if (!existsSync(path.join(folder, file))) {
    complain(`archive.views needs the file ${file}; write it, or remove the view`);
    return "";
  }
  const sql = readFileSync(path.join(folder, file), "utf8");
  const [kind = "", name = ""] = file.split(/[/\\]|\.sql$/);
  checkPlaceholders(kind, { [name]: { sql } }, ["config.KEY"], complain);
  return sql;
}
