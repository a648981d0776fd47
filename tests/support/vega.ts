import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

interface Data {
  readonly name?: string;
  readonly url?: object;
  readonly format?: object;
}

/** A specification as a visual of Dashboards has it, with one source of data. */
interface Specification {
  readonly $schema: string;
  readonly data: Data | readonly Data[];
}

// What Dashboards adds to Vega's expressions.
vega.expressionFunction("opensearchDashboardsSetTimeFilter", () => null);

/**
 * Compiles a specification as Dashboards does, with the answer of a search in place of the search.
 * @returns the data of the items that are drawn
 * @throws Error when it does not compile, or on what Vega warns of
 */
export async function drawn(specification: unknown, answer: object): Promise<object[]> {
  const warnings: string[] = [];
  const logger = vega.logger(vega.Warn);
  for (const level of ["warn", "error"] as const) {
    logger[level] = (...words: readonly unknown[]) => {
      // What every axis says of no data.
      if (!/^Infinite extent/.test(String(words[0]))) warnings.push(words.join(" "));
      return logger;
    };
  }
  const given = specification as Specification;
  const [source] = Array.isArray(given.data) ? (given.data as Data[]) : [given.data as Data];
  const answered = { ...source, url: undefined, values: answer };
  const lite = given.$schema.includes("/vega-lite/");
  const spec = lite
    ? compile({ ...given, data: answered, width: 400, height: 200 } as unknown as TopLevelSpec, {
        logger,
      }).spec
    : ({ ...given, data: [answered] } as unknown as vega.Spec);
  const view = new vega.View(vega.parse(spec), { renderer: "none", logger });
  await view.runAsync();
  const items = marksIn((view.scenegraph() as unknown as { root: Item }).root);
  view.finalize();
  if (warnings.length > 0) throw new Error(warnings.join("\n"));
  return items;
}

interface Item {
  readonly marktype?: string;
  readonly role?: string;
  readonly datum?: object;
  readonly items?: readonly Item[];
}

/** The data behind the marks, without those of axes and legends. */
function marksIn({ role = "", marktype, items = [], datum }: Item): object[] {
  if (/axis|legend|title/.test(role)) return [];
  const own = marktype === undefined && items.length === 0 && datum !== undefined ? [datum] : [];
  return [...own, ...items.flatMap(marksIn)];
}
