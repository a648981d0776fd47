import { FunctionUrl } from "@pulumi/aws/lambda";
import { ServerlessSecurityPolicy as SecurityPolicy } from "@pulumi/aws/opensearch";
import { AccessPoint } from "@pulumi/aws/s3";
import { decisive } from "../engine/known";
import { resourcePolicy, typesPolicy } from "../engine/policy";
import { placesAt, sdkToken, typeToken } from "../engine/sdk-types";
import { publicAccessBlocks } from "../storage/public-access-blocks";
import { mustBe } from "../engine/violation";

export const functionUrls = resourcePolicy("lambda-function-url-authorization", FunctionUrl, {
  check: ({ authorizationType }) => mustBe("authorizationType", authorizationType, "AWS_IAM"),
});

export const collections = resourcePolicy("opensearch-collection-public-access", SecurityPolicy, {
  *check(securityPolicy) {
    if (securityPolicy.type === "network") {
      const document = decisive(securityPolicy, "policy");
      if (typeof document === "string" && /"AllowFromPublic"\s*:\s*true/.test(document)) {
        yield "AllowFromPublic is true";
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
  *check(resource, _config, { type }) {
    for (const name of publicAccessBlocks) {
      for (const place of placesAt(resource, `${accessPointBlocks[type] ?? ""}.${name}`)) {
        yield* mustBe(place.path, (place.block[name] ?? true) as boolean, true);
      }
    }
  },
});
