import { reference } from "../engine/known";
import type { Violation } from "../engine/policy";
import type { Values } from "../engine/setting-schema";

/** The setting of every policy about a KMS key. */
export const customerKeySetting = {
  requireCustomerManagedKey: {
    description:
      "Whether the key must be one of your own, whose policy and rotation you decide; a key of AWS's is not enough then.",
    default: true,
  },
};

/** Keys that AWS makes in an account for one service, such as alias/aws/kinesis. */
const awsManagedKey = /(^|:)alias\/aws\//;

/**
 * Judges the property that names a KMS key. A key that is unknown in a preview is a resource of some program and so one
 * of your own.
 *
 * @param block what has the property
 * @param path of `block` in the resource, for the message
 */
export function* customerKey(
  block: object,
  property: string,
  { requireCustomerManagedKey }: Values<typeof customerKeySetting>,
  path = "",
): Iterable<Violation> {
  const key = reference(block, property);
  const isOwn = key.set && !awsManagedKey.test(key.value ?? "");
  if (requireCustomerManagedKey && !isOwn) {
    yield {
      fact: `${path === "" ? "" : `${path}.`}${property} is ${key.set ? (key.value ?? "") : "not set"}`,
      limit: "a customer managed key is required",
    };
  }
}
