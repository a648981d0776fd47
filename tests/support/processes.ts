import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";

const MARKER = "PIPELINE_TEST_RUN";

/** Finds every process that a command started, however deep: all of them inherit a variable with a value of its own. */
export class ProcessMarker {
  readonly #value = randomUUID();
  readonly env = { [MARKER]: this.#value };

  /** Whether this system lets one see the environment of processes. */
  static readonly isSupported = existsSync("/proc/self/environ");

  /** Command lines of the marked processes that live. */
  alive(): string[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          const environment = readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
          if (!environment.includes(`${MARKER}=${this.#value}`)) return [];
          return [readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ").trim()];
        } catch {
          // It has ended meanwhile.
          return [];
        }
      })
      .filter((commandLine) => commandLine !== "");
  }
}
