import type { Code } from "./code";

/** Before the update: somebody else may be at work on the application. */
export interface Waiting {
  readonly phase: "waiting";
  readonly since: string;
}

export interface Begun {
  readonly phase: "updating" | "watching" | "rolling-back" | "restoring";
  readonly since: string;
  readonly version: number;
  readonly previousVersion: number;
  readonly previous: Code;
  readonly reason?: string;
}

/** What has to be known from one step to the next; it travels as JSON of less than 2,048 characters. */
export type Progress = Waiting | Begun;

export type Outcome =
  | { readonly kind: "waiting"; readonly progress: Progress; readonly message: string }
  | { readonly kind: EndKind; readonly message: string };

/** Ends of a release: the new jar runs, ran before, was rolled back, was refused, or the application needs a person. */
export type EndKind = "released" | "unchanged" | "rolled-back" | "refused" | "failed";
