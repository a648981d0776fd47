import type { SymbolStatus } from "../../../status/result-status";

/** Each symbol with change and volume over the windows that are known of it; one without any is left out. */
export function symbolRows(symbols: readonly SymbolStatus[]) {
  return symbols.flatMap(({ symbol, windows }) => {
    const [first, last] = [windows[0], windows.at(-1)];
    if (first === undefined || last === undefined) return [];
    return [
      {
        symbol,
        close: last.close,
        changePercent: (100 * (last.close - first.open)) / first.open,
        volume: windows.reduce((sum, { volume }) => sum + volume, 0),
        closes: windows.map(({ close }) => close),
      },
    ];
  });
}
