import { FunctionUrl } from "@pulumi/aws/lambda";
import { ServerlessSecurityPolicy as SecurityPolicy } from "@pulumi/aws/opensearch";
import { AccessPoint } from "@pulumi/aws/s3";
import { decisive } from "../engine/known";
import { resourcePolicy, typesPolicy } from "../engine/policy";
import { placesAt, sdkToken, typeToken } from "../engine/sdk-types";
import { publicAccessBlocks } from "../storage/public-access-blocks";
import { mustBe } from "../engine/violation";

export const functionUrls = resourcePolicy("lambda-function-url-authorization", FunctionUrl, {
  severity: "critical",
  rule: "Require authorization for each function URL.",
  reason: "The address is public: without authorisation it is for everybody.",
  fix: "Set authorizationType to AWS_IAM.",
  source: "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
  check: ({ authorizationType }) => mustBe("authorizationType", authorizationType, "AWS_IAM"),
});

export const collections = resourcePolicy("opensearch-collection-public-access", SecurityPolicy, {
  severity: "high",
  rule: "Let no serverless collection be reached from the internet.",
  reason: "Stolen credentials can be used from anywhere.",
  fix: "Set AllowFromPublic to false and SourceVPCEs in every rule set of the network policy.",
  source:
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-network.html",
  *check(securityPolicy) {
    if (securityPolicy.type === "network") {
      const document = decisive(securityPolicy, "policy");
      if (typeof document === "string" && /"AllowFromPublic"\s*:\s*true/.test(document)) {
        yield { fact: "AllowFromPublic is true", limit: "it must be false" };
      }
    }
  },
});

/** Where access points of each kind have their block of public access. */
const accessPointBlocks = {
  [typeToken(AccessPoint)]: "publicAccessBlockConfiguration",
  [sdkToken("s3control", "MultiRegionAccessPoint")]: "details.publicAccessBlock",
};

const accessPointTypes = Object.keys(accessPointBlocks);

export const accessPoints = typesPolicy("s3-access-point-public-access-block", accessPointTypes, {
  severity: "high",
  rule: "Block every kind of public access to access points and Multi-Region Access Points.",
  reason: "An access point has a policy of its own, and its block can never be changed afterwards.",
  fix: "Leave publicAccessBlockConfiguration (details.publicAccessBlock) out; all of it is on then.",
  controls: ["S3.19", "S3.24"],
  source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-bpa-settings.html",
  *check(resource, _config, { type }) {
    for (const name of publicAccessBlocks) {
      for (const place of placesAt(resource, `${accessPointBlocks[type] ?? ""}.${name}`)) {
        yield* mustBe(place.path, (place.block[name] ?? true) as boolean, true);
      }
    }
  },
});
