import type * as pulumi from "@pulumi/pulumi";
import { allow, type Statement, useKey } from "../core/iam";

/** The secret in Secrets Manager with which Firehose proves who it is; it is read again every ten minutes. */
export interface DestinationSecret {
  /** ARN of the secret. */
  readonly secretArn: pulumi.Input<string>;
  /** ARN of the KMS key that encrypts the secret. @default the AWS managed key aws/secretsmanager */
  readonly secretKeyArn?: pulumi.Input<string> | undefined;
}

export function secretConfiguration(
  { secretArn }: DestinationSecret,
  roleArn: pulumi.Input<string>,
) {
  return { enabled: true, secretArn, roleArn };
}

/** https://docs.aws.amazon.com/firehose/latest/dev/secrets-manager-how.html */
export function secretStatements(
  { secretArn, secretKeyArn }: DestinationSecret,
  region: pulumi.Input<string>,
): Statement[] {
  return [
    allow(["secretsmanager:GetSecretValue"], [secretArn]),
    ...useKey(secretKeyArn, ["kms:Decrypt"], "secretsmanager", region),
  ];
}
