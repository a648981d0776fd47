import path from "node:path";
import { projectRoot } from "./command";

/** The picture of the production stack's dashboard, which `npm run registrations` draws. */
export const pictureFile = path.join(projectRoot, "docs/images/dashboard.svg");

/** A widget as the body of a dashboard has it. */
export interface BodyWidget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly region?: string;
    readonly query?: string;
    readonly view?: string;
    readonly alarms?: readonly string[];
    readonly states?: readonly string[];
    readonly sortBy?: string;
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

/** The widgets in the body of a dashboard. */
export function widgetsIn(body: unknown): BodyWidget[] {
  return (JSON.parse(String(body)) as { widgets: BodyWidget[] }).widgets;
}

/** Widgets that leave the 24 columns or lie on others, and cells of the grid with more than one. */
export function misplaced(widgets: readonly BodyWidget[]): string[] {
  const taken = new Map<string, string>();
  return widgets.flatMap((widget) => {
    const { x, y, width, height } = widget;
    const name = titleOf(widget);
    const wrong = x < 0 || y < 0 || width < 1 || height < 1 || x + width > 24 ? [name] : [];
    for (let column = x; column < x + width; column += 1) {
      for (let row = y; row < y + height; row += 1) {
        const cell = `${column},${row}`;
        const other = taken.get(cell);
        if (other !== undefined) wrong.push(`${name} on ${other} at ${cell}`);
        taken.set(cell, name);
      }
    }
    return wrong;
  });
}

/** The metrics of a widget without their options: namespace, name, then names and values of dimensions. */
export function metricsOf({ properties }: BodyWidget): string[][] {
  return (properties.metrics ?? [])
    .map((row) => row.filter((part): part is string => typeof part === "string"))
    .filter((row) => row.length > 0);
}

const cell = { width: 40, height: 24 };
const fills: Readonly<Record<string, string>> = {
  alarm: "#fdecea",
  log: "#eef1f4",
  metric: "#ffffff",
};

/** A dashboard as a picture: each widget in its place, with its title and the labels of its lines. */
export function picture(widgets: readonly BodyWidget[]): string {
  const rows = Math.max(...widgets.map(({ y, height }) => y + height));
  const size = [24 * cell.width, rows * cell.height] as const;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.join(" ")}" font-family="sans-serif" font-size="12">`,
    `<rect width="${size[0]}" height="${size[1]}" fill="#f4f5f7"/>`,
    ...widgets.map(drawn),
    "</svg>\n",
  ].join("\n");
}

function drawn(widget: BodyWidget): string {
  const { type, x, y, width, height, properties } = widget;
  const [left, top] = [x * cell.width, y * cell.height];
  if (type === "text") return text(left + 8, top + 17, titleOf(widget), 15, "bold");
  const box = `<rect x="${left + 2}" y="${top + 2}" width="${width * cell.width - 4}" height="${height * cell.height - 4}" rx="3" fill="${fills[type] ?? "none"}" stroke="#c9ced6"/>`;
  const labels = labelsOf(widget);
  const lines =
    properties.view === "singleValue"
      ? [text(left + 10, top + 60, "0", 26, "bold"), text(left + 36, top + 60, labels.join(", "))]
      : labels.map((label, at) => text(left + 14, top + 40 + at * 17, label));
  return [box, text(left + 10, top + 20, titleOf(widget), 12, "bold"), ...lines].join("\n");
}

/** What a widget is called: its title, or the words of its heading. */
function titleOf({ type, properties }: BodyWidget): string {
  return properties.title ?? properties.markdown?.replace(/^#+ /, "") ?? type;
}

/** What the legend of a widget has: the labels of the lines that are drawn. */
function labelsOf({ properties }: BodyWidget): string[] {
  return (properties.metrics ?? [])
    .map((row) => row.at(-1) as { label?: string; visible?: boolean })
    .flatMap(({ label, visible }) => (label === undefined || visible === false ? [] : [label]));
}

function text(x: number, y: number, words: string, size = 11, weight = "normal"): string {
  const escaped = words.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}">${escaped}</text>`;
}
