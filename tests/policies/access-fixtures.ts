import { Policy, Role, RolePolicy, RolePolicyAttachment } from "@pulumi/aws/iam";
import { EventPermission } from "@pulumi/aws/cloudwatch";
import { KeyPolicy } from "@pulumi/aws/kms";
import { FunctionUrl, LayerVersionPermission, Permission } from "@pulumi/aws/lambda";
import { ServerlessSecurityPolicy } from "@pulumi/aws/opensearch";
import { AccessPoint } from "@pulumi/aws/s3";
import { Document as SsmDocument } from "@pulumi/aws/ssm";
import { resource, unknownString } from "../support/policy";

const arn = unknownString;

/** An IAM policy's text. */
export function policyText(...statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

export const readStatement = {
  Effect: "Allow",
  Action: ["kinesis:GetRecords", "kinesis:GetShardIterator"],
  Resource: "arn:aws:kinesis:eu-central-1:123456789012:stream/events",
};

export const role = resource(Role, "reader", {
  assumeRolePolicy: policyText({
    Effect: "Allow",
    Principal: { Service: "kinesisanalytics.amazonaws.com" },
    Action: "sts:AssumeRole",
  }),
});

export const rolePolicy = resource(RolePolicy, "reader", {
  role: arn,
  policy: policyText(readStatement),
});

export const managedPolicy = resource(Policy, "readers", { policy: policyText(readStatement) });

export const attachment = resource(RolePolicyAttachment, "session", {
  role: arn,
  policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
});

export const keyPolicy = resource(KeyPolicy, "key", {
  keyId: arn,
  policy: policyText({
    Effect: "Allow",
    Principal: { AWS: "arn:aws:iam::123456789012:root" },
    Action: "kms:*",
    Resource: "*",
  }),
});

export const permission = resource(Permission, "api", {
  action: "lambda:InvokeFunction",
  function: arn,
  principal: "apigateway.amazonaws.com",
  sourceArn: arn,
});

export const busPermission = resource(EventPermission, "partner", {
  principal: "123456789012",
  statementId: "partner",
});

export const layerPermission = resource(LayerVersionPermission, "readers", {
  action: "lambda:GetLayerVersion",
  layerName: "transform",
  principal: "*",
  organizationId: "o-1",
  statementId: "readers",
  versionNumber: 1,
});

export const functionUrl = resource(FunctionUrl, "hook", {
  functionName: "hook",
  authorizationType: "AWS_IAM",
});

export const collectionNetwork = resource(ServerlessSecurityPolicy, "search", {
  type: "network",
  policy: JSON.stringify([
    {
      Rules: [{ ResourceType: "collection", Resource: ["collection/trips"] }],
      AllowFromPublic: false,
      SourceVPCEs: ["vpce-1"],
    },
  ]),
});

export const accessPoint = resource(AccessPoint, "readers", { bucket: arn });

export const document = resource(SsmDocument, "setup", {
  documentType: "Command",
  content: "{}",
});

export const access = [
  role,
  rolePolicy,
  managedPolicy,
  attachment,
  keyPolicy,
  permission,
  busPermission,
  layerPermission,
  functionUrl,
  collectionNetwork,
  accessPoint,
  document,
];
