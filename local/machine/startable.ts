import type { ProcessError, ServiceProcess } from "./process";

const MINUTE_MILLISECONDS = 60_000;
/** A part that ends more often than this in a minute does not stay up. */
const MOST_IN_A_MINUTE = 5;

/** Decides whether a part that ended is started again. */
export class RestartLimit {
  readonly #ends: number[] = [];
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Notes an end. @returns false when it is the sixth within a minute */
  allows(): boolean {
    const now = this.#now();
    this.#ends.push(now);
    return this.#ends.filter((end) => now - end < MINUTE_MILLISECONDS).length <= MOST_IN_A_MINUTE;
  }
}

export interface Startable {
  start(): Promise<ServiceProcess>;
  running(): ServiceProcess | undefined;
  stop(): Promise<void>;
}

export interface StartableOptions {
  readonly onProgress: (text: string) => void;
  readonly onFailure: (error: Error) => void;
}

/** A process that starts when it is needed, and again after it ended, up to five times a minute. */
export function startable(
  launch: (onExit: (exit: ProcessError) => void) => Promise<ServiceProcess>,
  { onProgress, onFailure }: StartableOptions,
): Startable {
  const limit = new RestartLimit();
  let starting: Promise<ServiceProcess> | undefined;
  let running: ServiceProcess | undefined;
  const start = (): Promise<ServiceProcess> => {
    starting ??= launch(ended).then(
      (process) => (running = process),
      (error: unknown) => {
        starting = undefined;
        throw error;
      },
    );
    return starting;
  };
  const ended = (exit: ProcessError): void => {
    starting = undefined;
    running = undefined;
    if (!limit.allows()) {
      onFailure(exit);
      return;
    }
    onProgress(`${exit.process} ended (${exit.how}); it is started again`);
    start().catch(onFailure);
  };
  return {
    start,
    running: () => running,
    async stop() {
      const process = await starting?.catch(() => undefined);
      starting = undefined;
      running = undefined;
      await process?.stop();
    },
  };
}
