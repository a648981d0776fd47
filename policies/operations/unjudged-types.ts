import { typesPolicy, stackPolicy, type StreamingPolicy } from "../engine/policy";
import { covers } from "../engine/policy-document";
import { sdkTokens } from "../engine/sdk-types";
import coverage from "./sdk-coverage.json";

/** Types of @pulumi/aws that no policy has to judge, with the reason. */
export const needless: ReadonlyMap<string, string> = new Map(
  Object.entries(coverage.needless).flatMap(([reason, types]) =>
    sdkTokens(types).map((type) => [type, reason]),
  ),
);

/** Types and whole services of @pulumi/aws that are refused because no policy covers them. */
export const refused: ReadonlySet<string> = new Set(coverage.refused.split(" "));

/** Custom resources have a provider; the engine does not tell it in every version. */
const custom = /^(aws|aws-native|awscc|command|pulumi-\w+|cloudformation|docker|kubernetes)(:|$)/;

/** Policies about the types that the others do not judge. */
export function unjudgedPolicies(judging: readonly StreamingPolicy[]): readonly StreamingPolicy[] {
  const judged = new Set(judging.flatMap(({ types, isGeneral }) => (isGeneral ? [] : types)));
  const isKnown = (type: string): boolean =>
    judged.has(type) || needless.has(type) || type.startsWith("pulumi:");

  const unjudgedType = typesPolicy("unjudged-resource-type", [], {
    isGeneral: true,
    *check(_resource, { allowed }, { type, provider }) {
      const isComponent = !provider && !custom.test(type);
      if (!isComponent && !isKnown(type) && !covers(allowed, type)) {
        yield `no policy judges type ${type}`;
      }
    },
  });

  const policyCoverage = stackPolicy("policy-coverage", [], {
    isGeneral: true,
    *check(resources) {
      const customs = resources.filter(
        ({ type, provider }) => !type.startsWith("pulumi:") && (provider ?? custom.test(type)),
      );
      const unseen = customs.filter(({ type }) => !judged.has(type) && !needless.has(type));
      const [first] = unseen;
      if (first) {
        yield {
          resource: first,
          fact: `${customs.length - unseen.length} of ${customs.length} resources are judged`,
          limit: `no policy judges ${[...new Set(unseen.map(({ type }) => type))].sort().join(", ")}`,
        };
      }
    },
  });
  return [unjudgedType, policyCoverage];
}
