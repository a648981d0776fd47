import { Instance } from "@pulumi/aws/ec2";
import { typeToken } from "../engine/types";

/**
 * The type of the instances that an instance or a launch template stands for. `undefined` where another resource says
 * it: an instance's template, or what starts instances from a template.
 */
export function startedType(
  props: Readonly<Record<string, unknown>>,
  resourceType: string,
): string | undefined {
  const { instanceType } = props as { readonly instanceType?: string };
  const mustSay = resourceType === typeToken(Instance) && !("launchTemplate" in props);
  return instanceType ?? (mustSay ? "not set" : undefined);
}
