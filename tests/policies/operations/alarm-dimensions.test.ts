import { Api } from "@pulumi/aws/apigatewayv2";
import { MetricAlarm } from "@pulumi/aws/cloudwatch";
import { expect } from "chai";
import { alarmDimensions } from "../../../policies/operations/alarms";
import { evaluateStack, resource, type TestResource } from "../../support/policy";
import { alarmOn } from "../alarm-fixtures";
import { domain, lambda } from "../fixtures";

const api = resource(Api, "events", { protocolType: "HTTP" });

function alarm(namespace: string, metricName: string, dimensions: Record<string, string> = {}) {
  return resource(MetricAlarm, metricName, {
    namespace,
    metricName,
    dimensions,
    comparisonOperator: "GreaterThanThreshold",
    evaluationPeriods: 1,
  });
}

async function violations(...stack: readonly TestResource[]) {
  return (await evaluateStack(alarmDimensions, stack)).violations;
}

describe("cloudwatch-alarm-dimensions", () => {
  it("accepts the id of an HTTP API, and refuses one from elsewhere", async () => {
    expect(await violations(api, alarmOn(api, "AWS/ApiGateway", "ApiId", "5xx"))).to.be.empty;
    const [found = ""] = await violations(
      { ...api, props: { id: "a1" } },
      alarm("AWS/ApiGateway", "5xx", { ApiId: "a2" }),
    );
    expect(found).to.include("ApiId of metric 5xx is no Api of the stack; it must be the id of");
  });

  it("accepts what EC2, Lambda and SNS report of other things than one resource", async () => {
    for (const one of [
      alarm("AWS/EC2", "CPUUtilization", { AutoScalingGroupName: "workers" }),
      alarm("AWS/Lambda", "ConcurrentExecutions"),
      alarm("AWS/Lambda", "PolledEventCount", { EventSourceMappingUUID: "m-1" }),
      alarm("AWS/SNS", "SMSMonthToDateSpentUSD"),
    ]) {
      expect(await violations(one), one.name).to.be.empty;
    }
  });

  it("judges the dimension of a resource where a metric has it", async () => {
    const elsewhere = alarm("AWS/Lambda", "Errors", { FunctionName: "elsewhere" });
    const [found = ""] = await violations({ ...lambda, props: { name: "transform" } }, elsewhere);
    expect(found).to.include("FunctionName of metric Errors is no Function of the stack");
  });

  it("names the dimensions without which there is no data", async () => {
    expect((await violations(alarm("AWS/ApiGateway", "5xx")))[0]).to.include(
      "metric 5xx lacks ApiName or ApiId; AWS/ApiGateway has no data without",
    );
    expect((await violations(alarm("AWS/SQS", "NumberOfMessagesSent")))[0]).to.include(
      "lacks QueueName",
    );
    const withoutClient = alarm("AWS/ES", "FreeStorageSpace", { DomainName: "trips" });
    expect((await violations(domain, withoutClient))[0]).to.include("lacks ClientId");
  });
});
