import { setImmediate } from "node:timers/promises";
import type { Runtime } from "../../../producer/replay/runtime";

interface Timer {
  readonly at: number;
  readonly wake: () => void;
}

/** A clock that stands still while anything runs, and jumps to the next timer when all wait. */
export class VirtualTime implements Runtime {
  #now = 1_500_000_000_000;
  #timers: Timer[] = [];
  readonly random: () => number;

  constructor(random: () => number) {
    this.random = random;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const wake = () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const timer = { at: this.#now + ms, wake };
      this.#timers.push(timer);
      signal?.addEventListener("abort", wake);
    });
  }

  /** Lets time pass until the work is done. */
  async run<T>(work: Promise<T>): Promise<T> {
    const done = new AbortController();
    const markDone = () => {
      done.abort();
    };
    work.then(markDone, markDone);
    for (;;) {
      await setImmediate();
      if (done.signal.aborted) {
        return work;
      }
      const [next] = this.#timers.toSorted((a, b) => a.at - b.at);
      if (next === undefined) {
        throw new Error("Everything waits and nothing will wake it");
      }
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
  }
}
