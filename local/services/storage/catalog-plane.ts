import type { glue } from "@pulumi/aws";
import type { Unwrap } from "@pulumi/pulumi";
import type { DeclaredResource, Outputs } from "../../provider/data-plane";

export interface TableColumn {
  readonly name: string;
  readonly type: string;
}

/** Tables of the Glue catalog, by whose columns deliveries are converted. */
export function catalogPlane() {
  const tables = new Map<string, readonly TableColumn[]>();
  const keyOf = ({ inputs }: DeclaredResource): string =>
    `${String(inputs["databaseName"])}.${String(inputs["name"])}`;
  const create = (resource: DeclaredResource): Promise<Outputs> => {
    const { storageDescriptor } = resource.inputs as Unwrap<glue.CatalogTableArgs>;
    const columns = storageDescriptor?.columns ?? [];
    tables.set(
      keyOf(resource),
      columns.map(({ name, type = "string" }) => ({ name, type })),
    );
    return Promise.resolve({});
  };
  return {
    create,
    read: create,
    delete: (resource: DeclaredResource) => Promise.resolve(void tables.delete(keyOf(resource))),
    columns(database: string, table: string): readonly TableColumn[] {
      const columns = tables.get(`${database}.${table}`);
      if (columns !== undefined) return columns;
      throw new Error(`Table ${table} of database ${database} does not exist`);
    },
  };
}
