import { useMemo, useState } from "preact/hooks";
import { known, type PipelineStatus } from "../../../status/pipeline-status";
import type { SymbolStatus } from "../../../status/result-status";
import { count } from "../../../status/figures";
import { dollars, newYorkDate, newYorkTime, percent } from "../format";
import { AsOf } from "../as-of";
import { LineChart, type ChartLine } from "../charts/line-chart";
import { Sparkline } from "../charts/sparkline";
import { symbolRows } from "./symbol-rows";

export function TradesPanel({ status }: { readonly status: PipelineStatus }) {
  const [chosen, setChosen] = useState<string>();
  const symbols = known(status.search)?.symbols ?? [];
  const shown = symbols.find(({ symbol }) => symbol === chosen) ?? symbols[0];
  return (
    <>
      <section class="card map-card" aria-labelledby="price-title" data-old={!status.search.up}>
        <h2 id="price-title">Price and volume{shown && ` of ${shown.symbol}`}</h2>
        <AsOf part={status.search} />
        {shown === undefined ? (
          <p class="note">No results yet</p>
        ) : (
          <PriceChart key={shown.symbol} of={shown} />
        )}
      </section>
      <section class="card side" aria-labelledby="symbols-title" data-old={!status.search.up}>
        <h2 id="symbols-title">Symbols</h2>
        <ul class="top symbols">
          {symbolRows(symbols).map(({ symbol, close, changePercent, volume, closes }) => (
            <li key={symbol}>
              <button
                type="button"
                aria-pressed={symbol === shown?.symbol}
                onClick={() => {
                  setChosen(symbol);
                }}
              >
                <span class="name">
                  <strong>{symbol}</strong> <small>{count(volume)} shares</small>
                </span>
                <Sparkline values={closes} />
                <span class="figures">
                  <strong>{dollars(close)}</strong>
                  <small>{percent(changePercent)}</small>
                </span>
              </button>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function PriceChart({ of }: { readonly of: SymbolStatus }) {
  const { windows } = of;
  const latest = windows.at(-1);
  const version = `${latest?.windowStart ?? ""} ${latest?.trades ?? 0}`;
  const at = useMemo(() => windows.map((one) => Date.parse(one.windowStart) / 1000), [version]);
  const price = useMemo<readonly ChartLine[]>(
    () => [
      {
        label: "Volume",
        values: windows.map((one) => one.volume),
        colour: "bar",
        bars: true,
        format: count,
      },
      { label: "Close", values: windows.map((one) => one.close), colour: "accent" },
      { label: "VWAP", values: windows.map((one) => one.vwap), colour: "second", dash: [7, 4] },
    ],
    [version],
  );
  return (
    <>
      {latest && (
        <p class="note">
          {newYorkDate(latest.windowStart)}, {newYorkTime(latest.windowStart)}: open{" "}
          {dollars(latest.open)}, high {dollars(latest.high)}, low {dollars(latest.low)}, close{" "}
          {dollars(latest.close)}, {count(latest.trades)} trades
          {latest.complete ? "" : ", still open"}
        </p>
      )}
      <LineChart
        title={`Price and volume of ${of.symbol}`}
        at={at}
        lines={price}
        format={(value) => (value === null || value === undefined ? "–" : value.toFixed(2))}
        timeZone="America/New_York"
        from={null}
        height={420}
      />
    </>
  );
}
