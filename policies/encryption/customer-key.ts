import { isSet, known } from "../engine/known";
import type { Values } from "../engine/setting-schema";
import { placeOf, type Violation } from "../engine/violation";

/** The setting of every policy about a KMS key. */
export const customerKeySetting = {
  requireCustomerManagedKey: {
    description:
      "Whether the key must be one of your own, whose policy and rotation you decide; a key of AWS's is not enough then.",
    default: true,
  },
};

export type KeyConfig = Values<typeof customerKeySetting>;

/** Keys that AWS makes in an account for one service, such as alias/aws/kinesis. */
const awsManagedKey = /(^|:)alias\/aws\//;

/**
 * Judges the property that names a KMS key. A key that is unknown in a preview is a resource of some program and so one
 * of your own.
 *
 * @param block what has the property
 * @param path of `block` in the resource, for the message
 */
export function customerKey(
  block: object = {},
  property: string,
  { requireCustomerManagedKey }: KeyConfig,
  path = "",
): readonly Violation[] {
  const key = known(() => (block as Readonly<Record<string, string | undefined>>)[property]);
  const isGiven = isSet(block, property);
  const isOwn = isGiven && !awsManagedKey.test(key ?? "");
  const fact = `${placeOf(path, property)} is ${isGiven ? (key ?? "") : "not set"}`;
  const limit = "a customer managed key is required";
  return requireCustomerManagedKey && !isOwn ? [{ fact, limit }] : [];
}
