import type { GivenOptions } from "./command-line";
import { parseDuration, parseEventTime } from "../events/event-time";
import type { OptionName } from "./option-table";
import { optionSpecs } from "./option-table";
import { symbolPattern } from "../trades/trade";
import type { TradingHours } from "../trades/trading-hours";
import { parseTradingHours } from "../trades/trading-hours";

const mostSymbols = 10_000;

/** Reads the values of options, with their defaults, and collects what is wrong with them. */
export class OptionReader {
  readonly #given: GivenOptions;
  readonly #problems: string[];

  /** @param problems - gets one line for each value that cannot be used */
  constructor(given: GivenOptions, problems: string[]) {
    this.#given = given;
    this.#problems = problems;
  }

  /** What was given, without a default. */
  given(name: OptionName): string | undefined {
    const value = this.#given[name];
    return typeof value === "string" ? value : undefined;
  }

  /** What was given, or else the default as the help shows it. */
  text(name: OptionName): string {
    return this.given(name) ?? optionSpecs[name].default ?? "";
  }

  list(name: OptionName): readonly string[] {
    const value = this.#given[name];
    return typeof value === "object" ? value : [];
  }

  isOn(name: OptionName): boolean {
    return this.#given[name] === true;
  }

  choice<T extends string>(name: OptionName, choices: readonly [T, ...T[]]): T {
    const text = this.text(name);
    const found = choices.find((choice) => choice === text);
    if (found === undefined) {
      this.#problem(name, `one of ${choices.join(", ")}`);
    }
    return found ?? choices[0];
  }

  /** @param unlimited - words that mean Infinity */
  number(name: OptionName, min: number, max: number, unlimited: readonly string[] = []): number {
    const text = this.text(name);
    if (unlimited.includes(/^0+$/.test(text) ? "0" : text)) {
      return Infinity;
    }
    const value = text.trim() === "" ? NaN : Number(text);
    if (!(value >= min && value <= max)) {
      this.#problem(name, [`a number from ${min} to ${max}`, ...unlimited].join(", or "));
    }
    return value;
  }

  integer(name: OptionName, min: number, max: number): number {
    const text = this.text(name);
    const value = text.trim() === "" ? NaN : Number(text);
    if (!(value >= min && value <= max) || !Number.isInteger(value)) {
      this.#problem(name, `an integer from ${min} to ${max}`);
    }
    return value;
  }

  /** Milliseconds since the epoch; undefined where nothing was given and there is no default. */
  eventTime(name: OptionName): number | undefined {
    const text = this.given(name) ?? (name === "start" ? optionSpecs[name].default : undefined);
    if (text === undefined) {
      return undefined;
    }
    const time = parseEventTime(text);
    if (time === undefined) {
      this.#problem(name, "such as 2019-03-01T18:00:00Z, or 2019-03-01 13:00:00 in New York");
    }
    return time;
  }

  /** Milliseconds; Infinity for endless. */
  duration(name: OptionName): number {
    const text = this.text(name);
    const duration = text === "endless" ? Infinity : parseDuration(text);
    if (duration === undefined) {
      this.#problem(name, "such as 90s, 30m, 6.5h or 2d, or endless");
    }
    return duration ?? NaN;
  }

  tradingHours(): TradingHours {
    const hours = parseTradingHours(this.text("trading-hours"));
    if (hours === undefined) {
      const range = "always or HH:MM-HH:MM, the end after the beginning, with a known time zone";
      this.#problem("trading-hours", range);
    }
    return hours ?? (() => ({ open: NaN, close: NaN }));
  }

  symbols(): readonly string[] {
    const text = this.text("symbols");
    const symbols = /^\d+$/.test(text)
      ? Array.from({ length: Math.min(Number(text), mostSymbols + 1) }, (_, i) => `SYM${i + 1}`)
      : text.split(",").map((symbol) => symbol.trim());
    if (
      symbols.length === 0 ||
      symbols.length > mostSymbols ||
      new Set(symbols).size < symbols.length ||
      !symbols.every((symbol) => symbolPattern.test(symbol))
    ) {
      const kind = "different symbols such as ACME,GLOBEX (up to 10 capitals, digits and dots)";
      this.#problem("symbols", `a number from 1 to ${mostSymbols}, or ${kind}`);
    }
    return symbols;
  }

  #problem(name: OptionName, range: string): void {
    this.#problems.push(`--${name} must be ${range}; got ${this.text(name)}`);
  }
}
