/** The newest of the errors that requests or records met. A file of its own: the page reads it, without Node's types. */
export interface LastError {
  readonly code: string;
  readonly message: string;
  /** How often this code came since `since`, with no other in between. */
  readonly count: number;
  /** When it came first; milliseconds since the epoch. */
  readonly since: number;
}
