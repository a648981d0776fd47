import path from "node:path";
import { ServiceRole } from "../../infra/core/iam";
import { SearchBootstrap } from "../../infra/search/bootstrap/bootstrap";
import { SearchDomain } from "../../infra/search/domain";
import { SearchSnapshots } from "../../infra/search/snapshots";

/** A domain with the index template and the dashboard of orders, which one service writes and analysts read, with daily snapshots. */
export function example(): Record<string, unknown> {
  const admin = new ServiceRole("orders-admin", { service: "lambda.amazonaws.com" });
  const writer = new ServiceRole("orders-writer", { service: "ec2.amazonaws.com" });
  const vpc = {
    vpcId: "vpc-0123456789abcdef0",
    subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    subnetCount: 2,
  };
  const domain = new SearchDomain("orders", {
    domainName: "orders",
    instanceType: "m7g.large.search",
    instanceCount: 2,
    volumeGiB: 50,
    vpc,
    masterUserArn: admin.arn,
    logRetentionDays: 30,
  });
  const snapshots = new SearchSnapshots("orders-snapshots", {
    domainArn: domain.arn,
    keepDays: 30,
  });
  new SearchBootstrap("orders-settings", {
    endpoint: domain.endpoint,
    masterRole: admin,
    statements: domain.adminStatements(),
    vpc: { subnetIds: vpc.subnetIds, securityGroupIds: domain.clientSecurityGroupIds },
    folders: [path.join(__dirname, "domain")],
    replicas: domain.zones - 1,
    snapshots: snapshots.settings,
    writerRoleArns: [writer.arn],
    readerRoleArns: ["arn:aws:iam::123456789012:role/analysts"],
    logRetentionDays: 30,
  });
  return { endpoint: domain.endpoint };
}
