import { isPresent } from "../engine/known";

const smallSizes = ["nano", "micro", "small", "medium", "large"];

/** A size as AWS names it: nano to large, xlarge, 2xlarge and so on. */
const sizePattern = `^(${smallSizes.join("|")}|([1-9][0-9]*)?xlarge)$`;

/** The setting of the largest size allowed. */
export const sizeSetting = {
  maxSize: {
    description:
      "Largest instance size allowed: nano, micro, small, medium, large, xlarge, 2xlarge and so on.",
    default: "large",
    pattern: sizePattern,
  },
};

/** Rank of a size in AWS's order, from nano at 0; `undefined` for a name without a size, such as metal. */
export function sizeRank(size: string): number | undefined {
  const match = new RegExp(sizePattern).exec(size);
  if (!match) {
    return undefined;
  }
  const small = smallSizes.indexOf(size);
  return small >= 0 ? small : smallSizes.length - 1 + Number(match[2] ?? 1);
}

/** Price of a size relative to large: 0.25 for small, 4 for 2xlarge; `undefined` for a name without a size. */
export function sizeFactor(size: string): number | undefined {
  const rank = sizeRank(size);
  if (!isPresent(rank)) {
    return undefined;
  }
  const large = smallSizes.indexOf("large");
  return rank <= large ? 2 ** (rank - large) : 2 * (rank - large);
}

/**
 * Whether an instance type such as m7g.large or m7g.large.search is of `largest` size or smaller. False for a type
 * whose size is not to be read from its name.
 */
export function isWithinSize(instanceType: string, largest: string): boolean {
  const rank = sizeRank(instanceType.split(".")[1] ?? "");
  const limit = sizeRank(largest);
  return isPresent(rank) && isPresent(limit) && rank <= limit;
}
