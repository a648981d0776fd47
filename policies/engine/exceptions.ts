import type { Setting } from "./setting-schema";

/** Leave to break one policy with one resource until a day. */
export interface Exception {
  /** Name of the resource in the program, or its URN where the name is not unique. */
  readonly resource: string;
  /** Why, for whoever reviews it. */
  readonly reason: string;
  /** Last day of the exception, YYYY-MM-DD, in UTC. */
  readonly expires: string;
}

/** The setting that every policy has besides its own. */
export const exceptions: Setting<readonly Exception[]> = {
  description: "Resources that may break this policy until a day, with the reason.",
  default: [],
  type: "array",
  items: {
    type: "object",
    required: ["resource", "reason", "expires"],
    additionalProperties: false,
    properties: {
      resource: { type: "string", minLength: 1 },
      reason: { type: "string", pattern: "\\S" },
      expires: { type: "string", format: "date", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" },
    },
  },
};

/** The exception of a resource; the one that lasts longest where there are several. */
export function findException(
  all: readonly Exception[],
  resource: { readonly name: string; readonly urn: string },
): Exception | undefined {
  return all
    .filter((one) => one.resource === resource.name || one.resource === resource.urn)
    .reduce<Exception | undefined>(
      (longest, one) => (longest && longest.expires >= one.expires ? longest : one),
      undefined,
    );
}

/** Whether the exception's last day lies before `now`, in UTC. */
export function isExpired(exception: Exception, now: Date): boolean {
  // ISO dates sort as text.
  return exception.expires < now.toISOString().slice(0, 10);
}
