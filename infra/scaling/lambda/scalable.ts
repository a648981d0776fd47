/** The present state of something that can be scaled. */
export interface State {
  /** What is at work now. */
  readonly actual: number;
  /** What it will be once a change under way is over; the actual capacity when nothing is known of a change. */
  readonly desired: number;
  readonly changing: boolean;
  /** The last change did not succeed, or the capacity is about to end. */
  readonly failed: boolean;
  /** Why it cannot be changed now; undefined when it can. */
  readonly obstacle: string | undefined;
}

/** Something whose capacity can be read and changed. */
export interface Scalable {
  state(): Promise<State>;
  /** Begins a change; it is under way when this resolves. */
  change(capacity: number): Promise<void>;
}
