import { expect } from "chai";
import { callFunction } from "../../../local/provider/functions";
import type { Place } from "../../../local/provider/outputs";

const place: Place = { account: "000000000000", region: "cn-north-1" };

describe("functions of the local AWS provider", () => {
  it("answer for the region of the plan", () => {
    expect(callFunction("aws:index/getRegion:getRegion", {}, place)).to.include({
      region: "cn-north-1",
      endpoint: "ec2.cn-north-1.amazonaws.com.cn",
    });
    expect(callFunction("aws:index/getPartition:getPartition", {}, place)).to.include({
      partition: "aws-cn",
      reverseDnsPrefix: "cn.com.amazonaws",
    });
    expect(callFunction("aws:index/getCallerIdentity:getCallerIdentity", {}, place)).to.include({
      accountId: "000000000000",
      arn: "arn:aws-cn:iam::000000000000:root",
    });
    const zones = callFunction("aws:index/getAvailabilityZones:getAvailabilityZones", {}, place);
    expect(zones["names"]).to.include.members(["cn-north-1a", "cn-north-1b", "cn-north-1c"]);
    for (const [token, property] of [
      ["aws:ec2/getVpcEndpointService:getVpcEndpointService", "availabilityZones"],
      ["aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings", "locations"],
    ] as const) {
      expect(callFunction(token, {}, place)[property]).to.deep.equal(zones["names"]);
    }
  });

  it("answer for another region when asked", () => {
    const args = { region: "eu-west-1" };
    expect(callFunction("aws:index/getRegion:getRegion", args, place)).to.include(args);
  });

  it("give the same machine image every time, another one in another region", () => {
    const name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";
    const imageIn = (region: string): unknown =>
      callFunction("aws:ssm/getParameter:getParameter", { name }, { ...place, region })["value"];
    expect(imageIn("eu-west-1")).to.match(/^ami-0[0-9a-f]{16}$/);
    expect(imageIn("eu-west-1")).to.equal(imageIn("eu-west-1"));
    expect(imageIn("eu-west-1")).not.to.equal(imageIn("eu-west-2"));
  });

  it("know no parameter of an account", () => {
    const args = { name: "/team/password" };
    expect(() => callFunction("aws:ssm/getParameter:getParameter", args, place)).to.throw(
      /"\/team\/password" is not known/,
    );
  });

  it("say how to add one that is missing", () => {
    expect(() => callFunction("aws:rds/getInstance:getInstance", {}, place)).to.throw(
      /aws:rds\/getInstance:getInstance is not known.*functions\.ts/,
    );
  });
});
