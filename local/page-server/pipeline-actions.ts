/** What somebody who watches the pipeline can do to it. Every promise rejects with a message for that person. */
export interface PipelineActions {
  /** What may go wrong on request: names and what each does. */
  readonly faults: readonly { readonly name: string; readonly description: string }[];
  /** Stops putting records, or goes on with the next one. */
  pause(paused: boolean): Promise<void>;
  /** @param speedup seconds of event time replayed in a second, 1 to 1000000 */
  changeSpeedup(speedup: number): Promise<void>;
  /** @param shards at most twice and at least half of what the stream has */
  reshard(shards: number): Promise<void>;
  /** Lets a fault of `faults` happen now; resolves when it is over. */
  injectFault(name: string): Promise<void>;
  state(): {
    readonly paused: boolean;
    readonly speedup: number;
    readonly faults: readonly string[];
  };
}
