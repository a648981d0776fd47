import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument } from "./iam";

/** Path below which Application Auto Scaling looks for targets. */
export const collection = "scalableTargetDimensions";
export const stageName = "v1";
export const methods = ["GET", "PATCH"] as const;

/**
 * Lets the account's principals in by their own policies, and nobody whose name is not on the list. The role of
 * Application Auto Scaling is described by a pattern: it comes into being when the first target is registered.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/services-that-can-integrate-custom.html
 */
export function scalingApiPolicy(
  operatorRoleArns: readonly string[],
  opts: pulumi.InvokeOptions,
): pulumi.Output<string> {
  const { accountId } = aws.getCallerIdentityOutput({}, opts);
  const { partition } = aws.getPartitionOutput({}, opts);
  const role = pulumi.interpolate`arn:${partition}:iam::${accountId}:role/aws-service-role/custom-resource.application-autoscaling.amazonaws.com/*`;
  const resource = methods.map((method) => `execute-api:/${stageName}/${method}/${collection}/*`);
  return policyDocument([
    {
      Sid: "AccountDecides",
      Effect: "Allow",
      Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` },
      Action: "execute-api:Invoke",
      Resource: resource,
    },
    {
      Sid: "ScalersOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "execute-api:Invoke",
      Resource: "execute-api:/*",
      Condition: { ArnNotLike: { "aws:PrincipalArn": [role, ...operatorRoleArns] } },
    },
  ]);
}
