import type { PipelineActions } from "../../../local/page-server/page-actions";

export interface FakeActions extends PipelineActions {
  /** What was asked for, in order. */
  readonly asked: readonly string[];
  /** Lets the fault that is happening be over. */
  readonly endFault: () => void;
}

/** Actions that note what they are asked for; a fault goes on until `endFault`, and 99 shards are refused. */
export function fakeActions(onAction: (asked: string) => void = () => undefined): FakeActions {
  const asked: string[] = [];
  const happening = new Set<string>();
  let paused = false;
  let speedup = 3600;
  let endFault = (): void => undefined;
  const note = (what: string) => {
    asked.push(what);
    onAction(what);
  };
  return {
    asked,
    endFault: () => {
      endFault();
    },
    faults: [
      { name: "search-down", description: "OpenSearch fails for a while" },
      { name: "task-manager-killed", description: "the JVM of a task manager is killed" },
    ],
    pause(wanted) {
      paused = wanted;
      note(`pause ${wanted}`);
      return Promise.resolve();
    },
    changeSpeedup(wanted) {
      speedup = wanted;
      note(`speedup ${wanted}`);
      return Promise.resolve();
    },
    reshard(shards) {
      if (shards === 99) return Promise.reject(new Error("The stream can get 1 to 4 shards."));
      note(`reshard ${shards}`);
      return Promise.resolve();
    },
    async injectFault(name) {
      happening.add(name);
      note(`fault ${name}`);
      await new Promise<void>((over) => {
        endFault = () => {
          over();
        };
      });
      happening.delete(name);
    },
    state: () => ({ paused, speedup, faults: [...happening] }),
  };
}
