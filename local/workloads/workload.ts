import type { Workload } from "../../infra/contracts/workload";
import type { DeployedSettings } from "../verify/deployed-settings";
import type { Expected } from "../verify/result-document";

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

export interface ExpectedRun extends Pick<Expected, "events"> {
  readonly documents: Expected["documents"] | undefined;
}

export interface WorkloadChoices {
  readonly input: string | undefined;
  readonly expect: string | undefined;
  readonly endless: boolean;
}
