import { typesPolicy, stackPolicy, type StreamingPolicy } from "../engine/policy";
import { covers } from "../engine/policy-document";
import { sdkTokens } from "../engine/sdk-types";
import { texts } from "../engine/setting-schema";
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
    severity: "high",
    isGeneral: true,
    rule: "Declare resources of types that the policies judge.",
    reason:
      "What no policy judges is not compliant, only unseen: types of other providers, of services that the pack does not know, and those that run commands or templates.",
    fix: "Use a type that is judged, or add the type to allowed in the policy's configuration after a review.",
    source: "https://www.pulumi.com/docs/insights/policy/",
    config: {
      allowed: texts(
        "Types that may go unjudged, and whose costs are not in the budget; * stands for any characters.",
        "random:* std:* time:* tls:*",
      ),
    },
    *check(_resource, { allowed }, { type, provider }) {
      const isComponent = !provider && !custom.test(type);
      if (!isComponent && !isKnown(type) && !covers(allowed, type)) {
        yield { fact: `no policy judges type ${type}`, limit: "unjudged types must be allowed" };
      }
    },
  });

  const policyCoverage = stackPolicy("policy-coverage", [], {
    severity: "low",
    level: "advisory",
    isGeneral: true,
    rule: "Know which resources no policy judges.",
    reason: "A plan without violations says something of the resources that were judged only.",
    fix: "Nothing has to be done; review the types that are named.",
    source: "https://www.pulumi.com/docs/insights/policy/",
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
