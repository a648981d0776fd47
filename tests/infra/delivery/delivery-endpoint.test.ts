import { expect } from "chai";
import { DeliveryEndpoint, type DeliveryEndpointArgs } from "../../../infra/delivery/endpoint";
import { deploy, refusal } from "../../support/mocks";
import { document } from "../policy-documents";

const valid: DeliveryEndpointArgs = {
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
  clientSecurityGroupIds: ["sg-clients", "sg-others"],
  deliveryStreamArns: ["arn:archive"],
};

describe("DeliveryEndpoint", () => {
  it("lets clients put records to the streams it names, and nothing else", async () => {
    const deployment = await deploy(() => {
      new DeliveryEndpoint("firehose", valid);
    });
    const { inputs } = deployment.one("aws:ec2/vpcEndpoint:VpcEndpoint");
    expect(inputs).to.deep.include({
      vpcId: "vpc-1",
      serviceName: "com.amazonaws.us-east-1.kinesis-firehose",
      vpcEndpointType: "Interface",
      privateDnsEnabled: true,
      subnetIds: ["subnet-a", "subnet-b"],
      securityGroupIds: ["firehose-id"],
    });
    expect(document(inputs["policy"]).Statement).to.deep.equal([
      {
        Effect: "Allow",
        Principal: "*",
        Action: ["firehose:PutRecord", "firehose:PutRecordBatch"],
        Resource: ["arn:archive"],
        Condition: { StringEquals: { "aws:PrincipalAccount": "123456789012" } },
      },
    ]);
    const rules = deployment.ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    expect(rules.map((rule) => rule.inputs["referencedSecurityGroupId"])).to.deep.equal([
      "sg-clients",
      "sg-others",
    ]);
    expect(rules[0]?.inputs).to.include({ ipProtocol: "tcp", fromPort: 443, toPort: 443 });
  });

  it("lists everything that is wrong", async () => {
    expect(
      await refusal(
        () =>
          new DeliveryEndpoint("firehose", {
            ...valid,
            clientSecurityGroupIds: [],
            deliveryStreamArns: [],
          }),
      ),
    ).to.equal(
      [
        'DeliveryEndpoint "firehose" has invalid arguments:',
        "- clientSecurityGroupIds must name at least one; got none",
        "- deliveryStreamArns must name at least one; got none",
      ].join("\n"),
    );
  });
});
