import type { Workload } from "../../infra/contracts/workload";
import type { DeployedSettings } from "../verify/deployed-settings";
import type { Expected } from "../verify/expected";

/** What flows through the pipeline in a run, and what must come of it. */
export interface LocalWorkload {
  readonly name: string;
  readonly definition: Workload;
  readonly input: string;
  readonly indices: readonly string[];
  /** Arguments of the producer. @param folder for rows that cannot be replayed */
  replayArguments(folder: string): readonly string[];
  /** About how many records come of it, where the producer cannot know before the end. */
  readonly aboutRecords?: number;
  /** Checks the input before anything starts. @returns a summary @throws Error when it is invalid */
  check(): Promise<string>;
  /** What must be in the domain when the input has been replayed to its end. */
  expected(settings: DeployedSettings): Promise<ExpectedRun>;
}

/** What a run must lead to; without documents none are compared. */
export interface ExpectedRun extends Pick<Expected, "events"> {
  readonly documents: Expected["documents"] | undefined;
}

export interface WorkloadChoices {
  /** File or folder in place of the workload's own input. */
  readonly input: string | undefined;
  /** JSON lines {index, id, source} of the documents that must be there. */
  readonly expect: string | undefined;
  readonly endless: boolean;
}
