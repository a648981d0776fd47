import type { DataPlane, DeclaredResource } from "../../provider/data-plane";
import { Declared } from "../declared";

export interface TableColumn {
  readonly name: string;
  readonly type: string;
}

/** Glue: the tables that the program declares. */
export class CatalogPlane implements DataPlane {
  readonly #tables = new Map<string, readonly TableColumn[]>();

  columns(database: string, table: string): readonly TableColumn[] {
    const columns = this.#tables.get(`${database}.${table}`);
    if (columns === undefined) {
      throw new Error(`Table ${table} of database ${database} does not exist`);
    }
    return columns;
  }

  create(resource: DeclaredResource): Promise<Readonly<Record<string, unknown>>> {
    const columns = Declared.inputsOf(resource)
      .block("storageDescriptor")
      .blocks("columns")
      .map((column) => ({ name: column.string("name"), type: column.string("type", "string") }));
    this.#tables.set(keyOf(resource), columns);
    return Promise.resolve({});
  }

  update(resource: DeclaredResource): Promise<Readonly<Record<string, unknown>>> {
    return this.create(resource);
  }

  read(resource: DeclaredResource): Promise<Readonly<Record<string, unknown>>> {
    return this.create(resource);
  }

  delete(resource: DeclaredResource): Promise<void> {
    this.#tables.delete(keyOf(resource));
    return Promise.resolve();
  }
}

function keyOf(resource: DeclaredResource): string {
  const inputs = Declared.inputsOf(resource);
  return `${inputs.string("databaseName")}.${inputs.string("name")}`;
}
