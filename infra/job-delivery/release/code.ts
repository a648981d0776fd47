export interface Code {
  readonly key: string;
  readonly objectVersion: string | undefined;
}

/** A key that is made from what the object holds: another version of it holds the same. */
const contentKey = /\/[0-9a-f]{64}\.jar$/;

/** Whether an application that runs one would do the same with the other. */
export function sameCode(one: Code, other: Code): boolean {
  return (
    one.key === other.key && (one.objectVersion === other.objectVersion || contentKey.test(one.key))
  );
}
