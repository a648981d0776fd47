/** The type token of a class of a provider's SDK, such as aws:kinesis/stream:Stream. */
export function typeToken(resourceClass: object): string {
  const { __pulumiType: token } = resourceClass as { readonly __pulumiType?: string };
  if (token === undefined) {
    throw new Error("Only the classes of a provider's SDK have a type token.");
  }
  return token;
}
