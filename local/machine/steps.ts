import type { Writable } from "node:stream";
import { styleText } from "node:util";
import yoctoSpinner, { type Spinner } from "yocto-spinner";

/** What a step tells while it works. */
export type Tell = (text: string) => void;

export type Screen = Writable & { readonly isTTY?: boolean };

export interface StepsOptions {
  /** Where everything is said. @default the standard error */
  readonly stream?: Screen;
  /** Keep every line; else a terminal shows of a running step the latest one only. @default false */
  readonly verbose?: boolean;
  /** Takes the title of each step when it begins. @default nobody does */
  readonly onStep?: Tell | undefined;
}

/** Runs named steps and keeps how long each took; reported by a spinner on a terminal, line by line elsewhere. */
export class Steps {
  readonly seconds: Record<string, number> = {};
  readonly #begun = performance.now();
  readonly #stream: Screen;
  readonly #spins: boolean;
  readonly #onStep: Tell | undefined;
  #spinner: Spinner | undefined;

  constructor({ stream = process.stderr, verbose = false, onStep }: StepsOptions = {}) {
    this.#onStep = onStep;
    this.#stream = stream;
    this.#spins = stream.isTTY === true && !verbose;
  }

  /** A line with the time since the start, which stays. */
  readonly tell: Tell = (text) => {
    const since = ((performance.now() - this.#begun) / 1000).toFixed(1).padStart(6);
    const line = `${styleText("dim", `${since} s`, { stream: this.#stream })}  ${text}\n`;
    this.#spinner?.clear();
    this.#stream.write(line);
  };

  /** What a part of the running step is doing now; it stays where there is no spinner. */
  readonly progress: Tell = (text) => {
    if (this.#spinner === undefined) this.tell(`  ${text}`);
    else this.#spinner.text = `${this.#title} ${styleText("dim", text, { stream: this.#stream })}`;
  };

  #title = "";

  /** Does one step; its time is kept under the name also when it fails. */
  async run<T>(name: string, title: string, work: (tell: Tell) => Promise<T>): Promise<T> {
    const begun = performance.now();
    this.#title = title;
    this.#onStep?.(title);
    if (this.#spins) {
      // A signal is the run's business: it stops everything in order.
      const options = { text: title, stream: this.#stream, handleSignals: false };
      this.#spinner = yoctoSpinner(options).start();
    }
    if (this.#spinner === undefined) this.tell(`${title} …`);
    try {
      const result = await work(this.progress);
      const seconds = this.#end(name, begun);
      this.tell(
        `${styleText("green", "✓", { stream: this.#stream })} ${title} (${seconds.toFixed(1)} s)`,
      );
      return result;
    } catch (error) {
      this.#end(name, begun);
      this.tell(`${styleText("red", "✗", { stream: this.#stream })} ${title}`);
      throw error;
    }
  }

  #end(name: string, begun: number): number {
    this.#spinner?.stop();
    this.#spinner = undefined;
    const seconds = Number(((performance.now() - begun) / 1000).toFixed(2));
    this.seconds[name] = (this.seconds[name] ?? 0) + seconds;
    return seconds;
  }
}
