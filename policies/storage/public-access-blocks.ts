/** The kinds of public access that a bucket and an access point can block. */
export const publicAccessBlocks = [
  "blockPublicAcls",
  "blockPublicPolicy",
  "ignorePublicAcls",
  "restrictPublicBuckets",
] as const;
