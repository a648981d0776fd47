import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { actions, allow, policyDocument } from "../core/iam";

/** What API Gateway tries before it accepts the role: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html */
const logActions = actions({
  logs:
    "CreateLogGroup CreateLogStream DescribeLogGroups DescribeLogStreams FilterLogEvents " +
    "GetLogEvents PutLogEvents",
});

/** Role with which API Gateway writes the logs of all APIs of an account and region; it outlives the stack, as others use it. */
export class ApiGatewayLogs extends pulumi.ComponentResource {
  /** What the stages of APIs have to wait for. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: object = {}, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:ApiGatewayLogs", name, args, opts);
    const kept = { parent: this, retainOnDelete: true };

    const role = new aws.iam.Role(
      name,
      {
        assumeRolePolicy: policyDocument([
          {
            Effect: "Allow",
            Principal: { Service: "apigateway.amazonaws.com" },
            Action: "sts:AssumeRole",
          },
        ]),
      },
      kept,
    );
    const policy = new aws.iam.RolePolicy(
      name,
      {
        role: role.name,
        policy: policyDocument([allow(logActions, ["*"])]),
      },
      kept,
    );
    this.ready = new aws.apigateway.Account(
      name,
      { cloudwatchRoleArn: role.arn },
      { ...kept, dependsOn: [policy] },
    );
    this.registerOutputs();
  }
}
