import type { ServiceProcess } from "./process";

/** A process that is there when it is needed. */
export interface Startable {
  start(): Promise<ServiceProcess>;
  running(): ServiceProcess | undefined;
  stop(): Promise<void>;
}

/** A process that starts when it is first needed, and again after it was stopped. */
export function startable(start: () => Promise<ServiceProcess>): Startable {
  let starting: Promise<ServiceProcess> | undefined;
  let running: ServiceProcess | undefined;
  return {
    start() {
      starting ??= start().then(
        (process) => (running = process),
        (error: unknown) => {
          starting = undefined;
          throw error;
        },
      );
      return starting;
    },
    running: () => running,
    async stop() {
      const process = await starting?.catch(() => undefined);
      starting = undefined;
      running = undefined;
      await process?.stop();
    },
  };
}
