import type { DeployedSettings } from "../verify/deployed-settings";
import type { Expected } from "../verify/expected";
import type { Workload } from "../verify/result-document";

/** What flows through the pipeline in a run, and what must come of it. */
export interface LocalWorkload {
  readonly name: Workload;
  /** What the input is, for the summary. */
  readonly input: string;
  /**
   * Arguments that tell the producer what to replay.
   *
   * @param folder where the producer may leave what it cannot replay
   */
  replayArguments(folder: string): readonly string[];
  /** About how many records come of it, where the producer cannot know before the end. */
  readonly aboutRecords?: number;
  /**
   * Looks at the input before anything is built or started.
   *
   * @returns what there is, in words
   * @throws when it cannot be used
   */
  check(): Promise<string>;
  /** What must be in the domain when the input has been replayed to its end. */
  expected(settings: DeployedSettings): Promise<Expected>;
}
