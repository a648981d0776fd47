import * as pulumi from "@pulumi/pulumi";

/**
 * The numbers of shards through which a stream gets from one number to another, one update each: UpdateShardCount takes
 * no more than double and no less than half of the shards that are open.
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html
 *
 * @param from - open shards, at least 1.
 * @param to - wanted shards, at least 1.
 * @returns the steps after `from`, the last of them `to`; empty when there is nothing to do
 */
export function shardSteps(from: number, to: number): number[] {
  const steps: number[] = [];
  for (let shards = from; shards !== to;) {
    shards = to > shards ? Math.min(to, 2 * shards) : Math.max(to, Math.ceil(shards / 2));
    steps.push(shards);
  }
  return steps;
}

/** Reason why a stream cannot change to a number of shards in one update; undefined when it can. */
export function shardStepProblem(from: number, to: number): string | undefined {
  const steps = shardSteps(from, to);
  if (steps.length < 2) return undefined;
  return (
    `shardCount cannot go from ${from} to ${to} in one update, which at most doubles and at least halves it; ` +
    `deploy ${steps.length} times with shardCount ${steps.join(", then ")} (${[from, ...steps].join(" → ")})`
  );
}

/** Hooks that fail the preview of a shard update that Kinesis would refuse, as only the engine knows the shards that exist. */
export function refuseLargeSteps(name: string): pulumi.ResourceHookBinding {
  if (!takesHooks()) return {};
  const refuse = ({ oldOutputs, oldInputs, newInputs }: pulumi.ResourceHookArgs): void => {
    const from: unknown = oldOutputs?.["shardCount"] ?? oldInputs?.["shardCount"];
    const to: unknown = newInputs?.["shardCount"];
    // An on-demand stream has no shard count.
    if (typeof from !== "number" || typeof to !== "number" || from < 1) return;
    const problem = shardStepProblem(from, to);
    if (problem !== undefined) throw new Error(`Stream "${name}": ${problem}`);
  };
  return { beforeUpdate: [new pulumi.ResourceHook(`${name}-shards`, refuse, { onDryRun: true })] };
}

/** Pulumi's mocks do not: a hook would keep a program under them from ever ending. */
function takesHooks(): boolean {
  const monitor: object | undefined = pulumi.runtime.getMonitor();
  return monitor !== undefined && "registerResourceHook" in monitor;
}
