import type { ProcessError, ServiceProcess } from "./process";
import { RestartLimit } from "./restart-limit";

export interface Startable {
  start(): Promise<ServiceProcess>;
  running(): ServiceProcess | undefined;
  stop(): Promise<void>;
}

export interface StartableOptions {
  /** Called with each restart, in words. */
  readonly onProgress: (text: string) => void;
  /** Called when it does not stay up, or could not be started again. */
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
