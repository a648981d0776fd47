import "uplot/dist/uPlot.min.css";
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { axisTimes } from "../format";

export interface Mark {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly label: string;
}

export interface ChartLine {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** The figures of the legend. @default the values */
  readonly told?: readonly (number | null)[];
  /** Filled down to the axis, over the lines before it. */
  readonly area?: boolean;
  readonly colour: "accent" | "second" | "third" | "bar" | "bad";
  /** Lines differ in more than colour. */
  readonly dash?: readonly number[];
  /** Bars below the lines, on a scale of their own. */
  readonly bars?: boolean;
  /** @default the chart's */
  readonly format?: LineChartProps["format"];
}

interface LineChartProps {
  readonly title: string;
  /** Seconds since the epoch. */
  readonly at: readonly number[];
  /** The same lines in the same order for as long as the chart is there. */
  readonly lines: readonly ChartLine[];
  readonly format: (value: number | null | undefined) => string;
  readonly marks?: readonly Mark[];
  readonly timeZone?: string;
  /** Where the scale begins; null with the lowest value. @default 0 */
  readonly from?: number | null;
  /** Pixels. @default 190 */
  readonly height?: number;
}

const HEIGHT = 190;

/** Lines over time. Who points at the chart reads the figures of that moment in its legend, else the newest. */
export function LineChart(props: LineChartProps) {
  const container = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const latest = useRef(props);
  latest.current = props;
  const [pointed, setPointed] = useState<number | null>(null);

  useEffect(() => {
    const element = container.current;
    if (element === null) return;
    const plot = new uPlot(options(element, latest, setPointed), dataOf(latest.current), element);
    chart.current = plot;
    const resized = new ResizeObserver(() => {
      plot.setSize({ width: element.clientWidth, height: props.height ?? HEIGHT });
    });
    resized.observe(element);
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    const redraw = () => {
      plot.redraw(false, true);
    };
    dark.addEventListener("change", redraw);
    return () => {
      dark.removeEventListener("change", redraw);
      resized.disconnect();
      plot.destroy();
    };
  }, []);
  useEffect(() => {
    chart.current?.setData(dataOf(props));
  }, [props.at, props.lines]);

  const place = pointed ?? props.at.length - 1;
  return (
    <figure class="chart">
      <figcaption>
        <span class="hidden">{props.title}: </span>
        <ul>
          {props.lines.map(
            ({ label, values, told = values, colour, dash, format = props.format }) => (
              <li key={label}>
                <i class="line" data-colour={colour} data-dashed={dash !== undefined} /> {label}{" "}
                <strong>{format(told[place])}</strong>
              </li>
            ),
          )}
        </ul>
      </figcaption>
      <div ref={container} class="plot" role="img" aria-label={`${props.title} over time`} />
    </figure>
  );
}

function dataOf({ at, lines }: LineChartProps): uPlot.AlignedData {
  return [[...at], ...lines.map(({ values }) => [...values])];
}

function options(
  element: HTMLElement,
  latest: { readonly current: LineChartProps },
  onPoint: (at: number | null) => void,
): uPlot.Options {
  const { lines, format, timeZone, from = 0, height = HEIGHT } = latest.current;
  // Asked at each drawing: the scheme may change.
  const colour = (name: string) => () => getComputedStyle(element).getPropertyValue(`--${name}`);
  const axis = {
    stroke: colour("quiet"),
    grid: { stroke: colour("line"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui, sans-serif",
  };
  const axes: uPlot.Axis[] = [
    { ...axis, size: 30, space: 70, values: (_, splits) => [...axisTimes(splits, timeZone)] },
    { ...axis, size: 62, values: (_, splits) => splits.map((value) => format(value)) },
  ];
  const barPaths = uPlot.paths.bars;
  const barred = lines.some(({ bars }) => bars === true);
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    ...(timeZone !== undefined && {
      tzDate: (at: number) => uPlot.tzDate(new Date(at * 1000), timeZone),
    }),
    scales: {
      y: { range: (_, min, max) => [from ?? min, niceTop(max, from ?? min)] },
      // Bars stay below the lines; their figures are in the legend.
      ...(barred && { bars: { range: (_: uPlot, __: number, max: number) => [0, 3 * max || 1] } }),
    },
    axes,
    series: [
      {},
      ...lines.map(({ label, colour: name, dash, bars, area }) => ({
        label,
        stroke: colour(name),
        width: 2,
        points: { show: false },
        ...(dash && { dash: [...dash] }),
        ...(area === true && { fill: colour(`${name}-area`) }),
        ...(bars === true &&
          barPaths && {
            scale: "bars",
            fill: colour(name),
            width: 0,
            paths: barPaths({ size: [0.7, 20] }),
          }),
      })),
    ],
    hooks: {
      setCursor: [
        (plot) => {
          onPoint(plot.cursor.idx ?? null);
        },
      ],
      draw: [
        (plot) => {
          drawMarks(plot, latest.current.marks ?? [], colour("attention")());
        },
      ],
    },
  };
}

/** A little room above the highest value; something to show where all is nothing. */
function niceTop(max: number | null, from: number | null): number {
  const low = from ?? 0;
  return max === null || max <= low ? low + 1 : max + (max - low) * 0.15;
}

function drawMarks(plot: uPlot, marks: readonly Mark[], colour: string): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colour;
  ctx.setLineDash([4 * scale, 4 * scale]);
  ctx.font = `${11 * scale}px system-ui, sans-serif`;
  marks.forEach(({ at, label }, place) => {
    const x = plot.valToPos(at, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    // Neighbours stand below each other.
    const room = bbox.left + bbox.width - x;
    ctx.textAlign = room < ctx.measureText(label).width + 8 * scale ? "right" : "left";
    const side = ctx.textAlign === "right" ? -4 : 4;
    ctx.fillText(label, x + side * scale, bbox.top + (11 + (place % 3) * 13) * scale);
  });
  ctx.restore();
}
