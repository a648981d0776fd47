import { ServiceRole } from "../../infra/core/iam";
import { SearchDomain } from "../../infra/search/domain";

/** A domain in an existing network, administered by one role, with a role that may write. */
export function example(): Record<string, unknown> {
  const subnetIds = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"];
  const admin = new ServiceRole("search-admin", { service: "lambda.amazonaws.com" });
  const search = new SearchDomain("search", {
    domainName: "orders-dev",
    instanceType: "m7g.large.search",
    instanceCount: 2,
    volumeGiB: 50,
    vpc: { vpcId: "vpc-0123456789abcdef0", subnetIds, subnetCount: subnetIds.length },
    masterUserArn: admin.arn,
    logRetentionDays: 30,
  });
  new ServiceRole("indexer", {
    service: "lambda.amazonaws.com",
    statements: search.writeStatements(),
  });
  return { endpoint: search.endpoint };
}
