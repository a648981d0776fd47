import { readFileSync } from "node:fs";
import { jsonFilesOf } from "../../core/json-files";

/** A field and how it is aggregated, as Dashboards keeps it. */
export interface Aggregation {
  readonly id: string;
  readonly enabled: boolean;
  /** Such as avg, date_histogram, terms. */
  readonly type: string;
  /** Its part in the visual: metric, or one of the ways to divide documents. */
  readonly schema: string;
  readonly params: Readonly<Record<string, unknown>> & { readonly field?: string };
}

interface Titled {
  readonly id: string;
  readonly title: string;
  readonly description: string;
}
/** Its id is the index. */
interface IndexPattern {
  readonly type: "index-pattern";
  readonly id: string;
  readonly timeField?: string;
  /** How Dashboards shows fields, such as links. */
  readonly formats?: Readonly<Record<string, object>>;
}
export interface Visualization extends Titled {
  readonly type: "visualization";
  /** Id of an index pattern; one that names its indices itself has none. */
  readonly index?: string;
  /** In Dashboards' query language. @default everything */
  readonly query?: string;
  readonly visState: {
    readonly type: string;
    readonly aggs: readonly Aggregation[];
    /** Controls name their index pattern as `index`. */
    readonly params: Readonly<Record<string, unknown>> & {
      readonly controls?: readonly (Readonly<Record<string, unknown>> & { index: string })[];
    };
  };
}
export interface SavedSearch extends Titled {
  readonly type: "search";
  readonly index: string;
  readonly columns: readonly string[];
  readonly sort: readonly [field: string, order: "asc" | "desc"];
}
export interface Dashboard extends Titled {
  readonly type: "dashboard";
  readonly time: { readonly from: string; readonly to: string };
  readonly panels: readonly {
    readonly id: string;
    readonly type: "visualization" | "search";
    /** Place and size on a grid of 48 columns. */
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  }[];
}
/** What the files of this folder hold: a saved object without the parts that follow from the others. */
export type Source = IndexPattern | Visualization | SavedSearch | Dashboard;

/** A saved object as Dashboards imports it. */
export interface SavedObject {
  readonly id: string;
  readonly type: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly references: readonly {
    readonly name: string;
    readonly type: string;
    readonly id: string;
  }[];
  readonly migrationVersion: Readonly<Record<string, string>>;
}

/** The formats that OpenSearch Dashboards 2.x writes. */
const VERSIONS = {
  "index-pattern": "7.6.0",
  visualization: "7.10.0",
  search: "7.9.3",
  dashboard: "7.9.3",
} as const;

const INDEX_REFERENCE = "kibanaSavedObjectMeta.searchSourceJSON.index";

/** Every object of the JSON files of folders. */
export function dashboardSources(folders: readonly string[]): readonly Source[] {
  return jsonFilesOf(folders).flatMap((file) => JSON.parse(readFileSync(file, "utf8")) as Source[]);
}

/**
 * The saved objects in the format that `POST _dashboards/api/saved_objects/_import` takes as a file: a line each, what is
 * referred to before what refers to it.
 */
export function importBody(sources: readonly Source[]): string {
  const order = Object.keys(VERSIONS);
  return [...sources]
    .sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type))
    .map((source) => `${JSON.stringify(savedObject(source))}\n`)
    .join("");
}

/** Dashboards keeps what belongs to a visual as text inside the object. */
export function savedObject(source: Source): SavedObject {
  const { id, type } = source;
  return { id, type, migrationVersion: { [type]: VERSIONS[type] }, ...contentOf(source) };
}

function contentOf(source: Source): Pick<SavedObject, "attributes" | "references"> {
  if (source.type === "index-pattern") {
    const { id, timeField, formats } = source;
    return {
      // Dashboards asks the index for its fields when the pattern is first used.
      attributes: {
        title: id,
        ...(timeField !== undefined && { timeFieldName: timeField }),
        ...(formats && { fieldFormatMap: JSON.stringify(formats) }),
      },
      references: [],
    };
  }
  const { title, description } = source;
  const titled = { title, description, version: 1 };
  switch (source.type) {
    case "visualization": {
      const { index, query = "", visState } = source;
      const { type, aggs, params } = visState;
      const controls = (params.controls ?? []).map((control, at) => {
        return { name: controlReference(at), type: "index-pattern", id: control.index };
      });
      return {
        attributes: {
          ...titled,
          uiStateJSON: "{}",
          visState: JSON.stringify({ title, type, aggs, params: storedParams(params) }),
          ...searchSource(query, index),
        },
        references: [...references(index), ...controls],
      };
    }
    case "search": {
      const { index, columns, sort } = source;
      return {
        attributes: { ...titled, hits: 0, columns, sort: [sort], ...searchSource("", index) },
        references: references(index),
      };
    }
    case "dashboard": {
      const { time, panels } = source;
      const places = panels.map(({ x, y, w, h }, at) => ({
        version: "2.19.0",
        panelIndex: String(at),
        panelRefName: `panel_${at}`,
        gridData: { x, y, w, h, i: String(at) },
        embeddableConfig: {},
      }));
      return {
        attributes: {
          ...titled,
          hits: 0,
          timeRestore: true,
          timeFrom: time.from,
          timeTo: time.to,
          optionsJSON: JSON.stringify({ hidePanelTitles: false, useMargins: true }),
          panelsJSON: JSON.stringify(places),
          ...searchSource("", undefined),
        },
        references: panels.map(({ id, type }, at) => ({ name: `panel_${at}`, type, id })),
      };
    }
  }
}

/** A Vega visual keeps its specification as text once more; a control refers to its index pattern. */
function storedParams({ spec, controls, ...params }: Visualization["visState"]["params"]): object {
  return {
    ...params,
    ...(spec !== undefined && { spec: JSON.stringify(spec, undefined, 2) }),
    ...(controls && {
      controls: controls.map((control, at) => {
        return { ...control, index: undefined, indexPatternRefName: controlReference(at) };
      }),
    }),
  };
}

function controlReference(at: number): string {
  return `control_${at}_index_pattern`;
}

function searchSource(query: string, index: string | undefined): object {
  const source = {
    query: { query, language: "kuery" },
    filter: [],
    ...(index !== undefined && { indexRefName: INDEX_REFERENCE }),
  };
  return { kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify(source) } };
}

function references(index: string | undefined): SavedObject["references"] {
  return index === undefined ? [] : [{ name: INDEX_REFERENCE, type: "index-pattern", id: index }];
}
