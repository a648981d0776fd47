/** What one policy says of a compliant resource after one change. */
export interface Verdict {
  readonly policy: string;
  /** End of the type of a compliant resource; a whole token stands for a resource without properties. */
  readonly type: string;
  /** New values by path; `undefined` leaves one out. */
  readonly set: Readonly<Record<string, unknown>>;
  /** A part of the only message; undefined where the change is accepted. */
  readonly refused?: string;
  readonly limits?: Readonly<Record<string, unknown>>;
}

type Row = readonly [set: Verdict["set"], refused?: string | undefined, limits?: Verdict["limits"]];

/** Verdicts of one policy on resources of one type. */
export function rows(policy: string, type: string, all: readonly Row[]): readonly Verdict[] {
  return all.map(([set, refused, limits]) => ({
    policy,
    type,
    set,
    ...(refused !== undefined && { refused }),
    ...(limits && { limits }),
  }));
}
