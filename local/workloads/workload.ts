import type { Workload } from "../../infra/contracts/workload";
import type { DeployedSettings } from "../verify/deployed-settings";
import type { Expected } from "../verify/expected";

/** What flows through the pipeline in a run, and what must come of it. */
export interface LocalWorkload {
  readonly name: string;
  readonly definition: Workload;
  /** What the input is, for the summary. */
  readonly input: string;
  /** Patterns of the indices that hold its results. */
  readonly indices: readonly string[];
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
  expected(settings: DeployedSettings): Promise<ExpectedRun>;
}

/** What a run must lead to; without documents none are compared. */
export interface ExpectedRun extends Pick<Expected, "events"> {
  readonly documents: Expected["documents"] | undefined;
}

/** What a run asks of a workload. */
export interface WorkloadChoices {
  /** File or folder in place of the workload's own input. */
  readonly input: string | undefined;
  /** JSON lines {index, id, source} of the documents that must be there. */
  readonly expect: string | undefined;
  /** The run has no end and is not verified. */
  readonly endless: boolean;
}
