import type { DeclaredResource } from "../../../local/provider/data-plane";

/** A resource as the provider would hand it over. */
export function declared(
  type: string,
  inputs: Readonly<Record<string, unknown>>,
  outputs: Readonly<Record<string, unknown>> = {},
): DeclaredResource {
  return {
    urn: `urn:pulumi:test::test::${type}::thing`,
    type,
    name: "thing",
    id: "thing",
    inputs,
    outputs,
  };
}
