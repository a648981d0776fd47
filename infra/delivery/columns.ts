/** The parts of a JSON Schema that make a column. */
export interface ColumnSchema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, ColumnSchema>>;
}

/** What the columns of a table are made of. */
export interface ColumnSource {
  /** JSON Schema of what is archived; its properties become columns. */
  readonly schema: ColumnSchema;
  /** Properties of the schema that hold an ISO instant without saying so by `format`. @default none */
  readonly instants?: readonly string[];
  /** What is read from the names of folders. @default nothing */
  readonly partitions?: readonly { readonly name: string }[];
}

/** A column of a Glue table. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly comment?: string;
}

/** Columns by the type of a JSON value. */
const columnTypes: Readonly<Record<string, string>> = {
  boolean: "boolean",
  integer: "bigint",
  number: "double",
  string: "string",
  // The transform turns a list into JSON text.
  array: "string",
};

/**
 * The columns of a JSON Schema's properties. They are named in lower case, as Firehose reads JSON and Glue keeps names,
 * and those of nested objects with an underscore between. What is a partition is no column as well: Athena refuses a
 * table that has both.
 * @throws Error that names a property whose type has no column
 */
export function tableColumns({
  schema,
  instants = [],
  partitions = [],
}: ColumnSource): TableColumn[] {
  const columns = flatProperties(schema.properties ?? {}).map(([path, property]) => {
    const isInstant =
      property.type === "string" && (property.format === "date-time" || instants.includes(path));
    const type = isInstant ? "timestamp" : columnTypes[property.type ?? ""];
    if (type === undefined) {
      throw new Error(
        `Property ${path} has type ${String(property.type)}, which has no column; it must be one of ${Object.keys(columnTypes).join(", ")}, object`,
      );
    }
    return {
      name: path.toLowerCase(),
      type,
      // Glue takes 255 characters: https://docs.aws.amazon.com/glue/latest/webapi/API_Column.html
      ...(property.description !== undefined && { comment: property.description.slice(0, 255) }),
    };
  });
  return columns.filter(({ name }) => partitions.every((partition) => partition.name !== name));
}

/** Properties as the transform names them: those of nested objects with an underscore between. */
export function flatProperties(
  properties: Readonly<Record<string, ColumnSchema>>,
  prefix = "",
): (readonly [path: string, property: ColumnSchema])[] {
  return Object.entries(properties).flatMap(([key, property]) =>
    property.type === "object"
      ? flatProperties(property.properties ?? {}, `${prefix}${key}_`)
      : [[prefix + key, property] as const],
  );
}
