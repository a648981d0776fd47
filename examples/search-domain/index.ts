import { ServiceRole } from "../../infra/core/iam";
import { SearchBootstrap } from "../../infra/search/bootstrap/bootstrap";
import { SearchDomain } from "../../infra/search/domain";

/** A domain in a network that is there, with its index templates, and a role that may write. */
export function example(): Record<string, unknown> {
  const subnetIds = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"];
  const admin = new ServiceRole("search-admin", { service: "lambda.amazonaws.com" });
  const indexer = new ServiceRole("indexer", { service: "lambda.amazonaws.com" });
  const search = new SearchDomain("search", {
    domainName: "orders-dev",
    instanceType: "m7g.large.search",
    instanceCount: 2,
    volumeGiB: 50,
    vpc: { vpcId: "vpc-0123456789abcdef0", subnetIds, subnetCount: subnetIds.length },
    masterUserArn: admin.arn,
    logRetentionDays: 30,
  });
  new SearchBootstrap("search-settings", {
    endpoint: search.endpoint,
    masterRole: admin,
    statements: search.adminStatements(),
    vpc: { subnetIds, securityGroupIds: search.clientSecurityGroupIds },
    replicas: 1,
    writerRoleArns: [indexer.arn],
    logRetentionDays: 30,
  });
  return { endpoint: search.endpoint };
}
