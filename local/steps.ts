import { styleText } from "node:util";

/** What a step tells while it works. */
export type Tell = (text: string) => void;

/** Runs the named steps of a run, says what is going on, and keeps how long each took. */
export class Steps {
  readonly seconds: Record<string, number> = {};
  readonly #begun = performance.now();
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void = (line) => process.stderr.write(`${line}\n`)) {
    this.#write = write;
  }

  /** A line with the time since the start. */
  readonly tell: Tell = (text) => {
    const since = ((performance.now() - this.#begun) / 1000).toFixed(1).padStart(6);
    this.#write(`${styleText("dim", `${since} s`, { stream: process.stderr })}  ${text}`);
  };

  /** Does one step; its time is kept under the name also when it fails. */
  async run<T>(name: string, title: string, work: (tell: Tell) => Promise<T>): Promise<T> {
    const begun = performance.now();
    this.tell(`${title} …`);
    try {
      const result = await work((text) => {
        this.tell(`  ${text}`);
      });
      const seconds = this.#keep(name, begun);
      this.tell(
        `${styleText("green", "✓", { stream: process.stderr })} ${title} (${seconds.toFixed(1)} s)`,
      );
      return result;
    } catch (error) {
      this.#keep(name, begun);
      this.tell(`${styleText("red", "✗", { stream: process.stderr })} ${title}`);
      throw error;
    }
  }

  #keep(name: string, begun: number): number {
    const seconds = Number(((performance.now() - begun) / 1000).toFixed(2));
    this.seconds[name] = (this.seconds[name] ?? 0) + seconds;
    return seconds;
  }
}
