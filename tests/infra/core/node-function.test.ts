import path from "node:path";
import { expect } from "chai";
import { allow } from "../../../infra/core/iam";
import { NodeFunction, type NodeFunctionArgs } from "../../../infra/core/node-function";
import { deploy, refusal } from "../../support/mocks";
import { actionsOf, document, statementFor } from "../policy-documents";

const functionType = "aws:lambda/function:Function";
const valid: NodeFunctionArgs = {
  description: "Greets",
  entryPath: path.join(__dirname, "../fixtures/greeting.ts"),
  logRetentionDays: 30,
};

function deployed(changes: Partial<NodeFunctionArgs> = {}) {
  return deploy(() => {
    new NodeFunction("greeter", { ...valid, ...changes });
  });
}

describe("NodeFunction", () => {
  it("publishes the bundle on Graviton, traced, with a log group of its own", async () => {
    const deployment = await deployed();
    const { inputs, dependsOn } = deployment.one(functionType);
    expect(inputs).to.deep.include({
      runtime: "nodejs22.x",
      architectures: ["arm64"],
      handler: "index.handler",
      publish: true,
      memorySize: 256,
      timeout: 30,
      loggingConfig: { logFormat: "JSON", logGroup: "greeter-logs" },
      tracingConfig: { mode: "Active" },
    });
    expect(inputs).to.have.nested.property("code");
    expect(inputs).not.to.have.any.keys(
      "environment",
      "kmsKeyArn",
      "vpcConfig",
      "reservedConcurrentExecutions",
    );
    expect(dependsOn).to.deep.equal(["greeter-role", "greeter-role"]);
    expect(deployment.one("aws:cloudwatch/logGroup:LogGroup").inputs).to.deep.equal({
      retentionInDays: 30,
    });
  });

  it("may write its log and traces, and what it was given, no more", async () => {
    const { policy } = (
      await deployed({ statements: [allow(["kinesis:PutRecord"], ["arn:stream"])] })
    ).one("aws:iam/rolePolicy:RolePolicy").inputs;
    expect(actionsOf(policy)).to.have.members([
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
      "kinesis:PutRecord",
    ]);
    expect(statementFor(policy, "logs:PutLogEvents").Resource).to.deep.equal([
      "arn:aws:test:us-east-1:123456789012:greeter-logs:*",
    ]);
    const everywhere = document(policy).Statement.filter(({ Resource }) =>
      [Resource].flat().includes("*"),
    );
    expect(everywhere.flatMap(({ Action }) => Action)).to.have.members([
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
    ]);
  });

  it("encrypts log and environment with the key it is given, and may decrypt", async () => {
    const deployment = await deployed({ kmsKeyArn: "arn:key", environment: { NAME: "you" } });
    expect(deployment.one(functionType).inputs).to.deep.include({
      environment: { variables: { NAME: "you" } },
      kmsKeyArn: "arn:key",
    });
    expect(deployment.one("aws:cloudwatch/logGroup:LogGroup").inputs).to.include({
      kmsKeyId: "arn:key",
    });
    const { policy } = deployment.one("aws:iam/rolePolicy:RolePolicy").inputs;
    expect(statementFor(policy, "kms:Decrypt").Condition).to.deep.equal({
      StringEquals: { "kms:ViaService": "lambda.us-east-1.amazonaws.com" },
    });
  });

  it("runs in a VPC, and may make the network interfaces that it takes", async () => {
    const deployment = await deployed({
      vpc: { subnetIds: ["subnet-a"], securityGroupIds: ["sg-a"] },
      reservedConcurrency: 0,
    });
    expect(deployment.one(functionType).inputs).to.deep.include({
      vpcConfig: { subnetIds: ["subnet-a"], securityGroupIds: ["sg-a"] },
      reservedConcurrentExecutions: 0,
    });
    const { policy } = deployment.one("aws:iam/rolePolicy:RolePolicy").inputs;
    expect(actionsOf(policy)).to.include("ec2:CreateNetworkInterface");
  });

  it("lets Firehose look at it and invoke it in every version", async () => {
    const { outputs } = await deploy(() => ({
      statements: new NodeFunction("greeter", valid).firehoseStatements(),
    }));
    const arn = "arn:aws:test:us-east-1:123456789012:greeter";
    expect(outputs["statements"]).to.deep.equal([
      {
        Effect: "Allow",
        Action: ["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"],
        Resource: [arn, `${arn}:*`],
      },
    ]);
  });

  it("lists everything that is wrong", async () => {
    expect(
      await refusal(
        () =>
          new NodeFunction("greeter", {
            ...valid,
            memoryMiB: 127,
            timeoutSeconds: 901,
            reservedConcurrency: -1,
            logRetentionDays: 2,
          }),
      ),
    ).to.match(
      /^NodeFunction "greeter" has invalid arguments:\n- memoryMiB .* 128 to 10240; got 127\n- timeoutSeconds .* 1 to 900; got 901\n- reservedConcurrency .* 0 to 1000; got -1\n- logRetentionDays must be one of .*; got 2$/,
    );
  });
});
