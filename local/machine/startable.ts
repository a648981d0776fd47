import type { ProcessError, ServiceProcess } from "./process";

const MINUTE_MILLISECONDS = 60_000;
/** A part that ends more often than this in a minute does not stay up. */
const MOST_IN_A_MINUTE = 5;

/** Whether a part that ended is started again: notes an end, and answers no when it is the sixth within a minute. */
export function restartLimit(now = () => performance.now()): () => boolean {
  const ends: number[] = [];
  return () => {
    ends.push(now());
    return ends.filter((end) => now() - end < MINUTE_MILLISECONDS).length <= MOST_IN_A_MINUTE;
  };
}

export interface StartableOptions {
  readonly onProgress: (text: string) => void;
  readonly onFailure: (error: Error) => void;
}

/** A process that starts when it is needed, and again after it ended, up to five times a minute. */
export function startable(
  launch: (onExit: (exit: ProcessError) => void) => Promise<ServiceProcess>,
  { onProgress, onFailure }: StartableOptions,
) {
  const mayRestart = restartLimit();
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
    if (!mayRestart()) {
      onFailure(exit);
      return;
    }
    onProgress(`${exit.process} ended (${exit.how}); it is started again`);
    start().catch(onFailure);
  };
  return {
    start,
    running: () => running,
    async stop(): Promise<void> {
      const process = await starting?.catch(() => undefined);
      starting = undefined;
      running = undefined;
      await process?.stop();
    },
  };
}
