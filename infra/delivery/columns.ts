/** The parts of a JSON Schema that make a column. */
export interface ColumnSchema {
  /** Type of the values; `null` besides makes no other column. */
  readonly type?: string | readonly string[];
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
 * table that has both. {@link columnProblems} finds the properties without a column.
 */
export function tableColumns({
  schema,
  instants = [],
  partitions = [],
}: ColumnSource): TableColumn[] {
  const columns = flatProperties(schema.properties ?? {}).map(([path, property]) => {
    const type = valueType(property);
    const isInstant =
      type === "string" && (property.format === "date-time" || instants.includes(path));
    return {
      name: path.toLowerCase(),
      type: isInstant ? "timestamp" : (columnTypes[type] ?? "string"),
      // Glue takes 255 characters: https://docs.aws.amazon.com/glue/latest/webapi/API_Column.html
      ...(property.description !== undefined && { comment: property.description.slice(0, 255) }),
    };
  });
  return columns.filter(({ name }) => partitions.every((partition) => partition.name !== name));
}

/** What keeps the properties of a schema from being the columns of a table. */
export function columnProblems({ schema }: ColumnSource): string[] {
  const properties = flatProperties(schema.properties ?? {});
  const types = Object.keys(columnTypes);
  const paths = new Map<string, string>();
  const found = properties.flatMap(([path, property]) => {
    const other = paths.get(path.toLowerCase());
    paths.set(path.toLowerCase(), path);
    return [
      ...(types.includes(valueType(property))
        ? []
        : [
            `type of property ${path} must be one of ${types.join(", ")}, which have a column; got ${String(property.type ?? "none")}`,
          ]),
      ...(other === undefined
        ? []
        : [`properties ${other} and ${path} must not have the same column, ${path.toLowerCase()}`]),
    ];
  });
  return properties.length > 0 ? found : ["properties must not be empty: they become columns"];
}

/** The type of a property's values apart from null; empty without one. */
export function valueType({ type = "" }: ColumnSchema): string {
  const [only = "", ...others] = [type].flat().filter((each) => each !== "null");
  return others.length === 0 ? only : "";
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
