import { readFileSync } from "node:fs";
import { expect } from "chai";
import { sdkTypes as generated, sdkTypesPath } from "../../policies/tables/generate-sdk-types";
import { resourceDocuments } from "../../../policies/engine/document-types";
import { pathsOf, sdkTypes, typesWith } from "../../../policies/engine/sdk-types";
import { needless, refused } from "../../../policies/operations/unjudged-types";
import { policies } from "../../../policies/pack";
import { starterTypes } from "../../../policies/search/started-type";
import { evaluate, type TestResource, unknownString } from "../../support/policy";
import { policyText } from "../../policies/access-fixtures";
import { withPath } from "../../policies/mutations";

async function refusals(name: string, { type, props }: Pick<TestResource, "type" | "props">) {
  const policy = policies.find((one) => one.name === name);
  if (policy === undefined || "validateStack" in policy) throw new Error(`No ${name}.`);
  return (await evaluate(policy, { type, name: "one", props })).violations;
}

/** A resource with one value at a path, each block on the way a list of one where the SDK may have either. */
function holding(path: string, value: unknown): object {
  return withPath({}, path, value);
}

describe("the table of the SDK's types", () => {
  it("is that of the installed @pulumi/aws", function () {
    this.timeout(60_000);
    const isCurrent = generated() === readFileSync(sdkTypesPath, "utf8");
    expect(isCurrent, "stale: npx tsx tests/policies/tables/generate-sdk-types.ts").to.equal(true);
  });

  it("has each type judged, listed with a reason, or refused", () => {
    const judged = new Set(policies.flatMap(({ types, isGeneral }) => (isGeneral ? [] : types)));
    const unlisted = sdkTypes.filter((type) => {
      const [, module = "", name = ""] = type.split(":");
      const [service = ""] = module.split("/");
      const isRefused = refused.has(service) || refused.has(`${service}.${name}`);
      const places = [judged.has(type), needless.has(type), isRefused];
      return (
        places.filter(Boolean).length !== 1 &&
        !(judged.has(type) && !refused.has(`${service}.${name}`))
      );
    });
    expect(unlisted).to.deep.equal([]);
  });
});

const everybody = policyText({ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" });

describe("a kind of property that the SDK has in many types", () => {
  const kinds: readonly (readonly [
    policy: string,
    types: readonly string[],
    names: readonly string[],
    bad: unknown,
  ])[] = [
    [
      "iam-resource-policy-public-access",
      resourceDocuments.filter((type) => !type.includes(":Role")),
      [
        "policy",
        "policyDocument",
        "accessPolicy",
        "accessPolicies",
        "resourcePolicy",
        "repositoryPolicy",
      ],
      everybody,
    ],
    [
      "iam-trusted-accounts",
      resourceDocuments.filter((type) => !type.includes(":Role")),
      ["policy", "policyDocument", "accessPolicy", "accessPolicies", "resourcePolicy"],
      policyText({
        Effect: "Allow",
        Principal: "*",
        Action: "*",
        Resource: "*",
        Condition: { StringEquals: { "aws:PrincipalOrgID": "o-abcdefghij" } },
      }),
    ],
    ["ec2-instance-size-limit", starterTypes, ["instanceType"], "m7g.48xlarge"],
    ["ec2-instance-families", starterTypes, ["instanceType"], "u7i-12tb.large"],
    [
      "ec2-instance-public-address",
      typesWith("publiclyAccessible", "assignPublicIp"),
      ["publiclyAccessible", "assignPublicIp"],
      true,
    ],
    [
      "storage-copy-encryption",
      typesWith("encrypted", "storageEncrypted").filter(
        (type) => !/:(Instance|LaunchTemplate|Volume)$/.test(type) || type.includes("rds"),
      ),
      ["encrypted", "storageEncrypted"],
      false,
    ],
  ];
  for (const [policy, types, names, bad] of kinds) {
    it(`is refused by ${policy} wherever it stands`, async () => {
      const places = types.flatMap((type) =>
        pathsOf(type, names).map((path) => [type, path] as const),
      );
      expect(places.length).to.be.greaterThan(9);
      for (const [type, path] of places) {
        const found = await refusals(policy, { type, props: holding(path, bad) });
        expect(found.length, `${type} ${path}`).to.be.greaterThan(0);
      }
    });
  }

  it("is judged later where a document is unknown in a preview", async () => {
    const props = { details: { policy: unknownString } };
    const type = "aws:s3control/multiRegionAccessPointPolicy:MultiRegionAccessPointPolicy";
    expect(await refusals("iam-resource-policy-public-access", { type, props })).to.be.empty;
  });
});
