import { expect } from "chai";
import { policyDocument } from "../../infra/iam";
import { SearchDomain, type SearchDomainArgs } from "../../infra/search-domain";
import { deploy, refusal } from "../support/mocks";
import { document, statementFor } from "./policy-documents";

const domainType = "aws:opensearch/domain:Domain";
const valid: SearchDomainArgs = {
  domainName: "trips-dev",
  instanceType: "m7g.large.search",
  instanceCount: 1,
  volumeGiB: 20,
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b", "subnet-c"],
  subnetCount: 3,
  masterUserArn: "arn:role",
  logRetentionDays: 7,
};

function search(changes: Partial<SearchDomainArgs> = {}) {
  return deploy(() => new SearchDomain("search", { ...valid, ...changes }));
}

async function inputsOf(changes: Partial<SearchDomainArgs> = {}) {
  return (await search(changes)).one(domainType).inputs;
}

describe("SearchDomain", () => {
  it("speaks TLS only, inside and outside, and is encrypted at rest", async () => {
    expect(await inputsOf({ kmsKeyArn: "arn:key" })).to.deep.include({
      encryptAtRest: { enabled: true, kmsKeyId: "arn:key" },
      nodeToNodeEncryption: { enabled: true },
      domainEndpointOptions: {
        enforceHttps: true,
        tlsSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10",
      },
    });
    expect(await inputsOf()).to.deep.include({ encryptAtRest: { enabled: true } });
  });

  it("knows its users by IAM role and has no passwords", async () => {
    expect(await inputsOf()).to.deep.include({
      advancedSecurityOptions: {
        enabled: true,
        internalUserDatabaseEnabled: false,
        masterUserOptions: { masterUserArn: "arn:role" },
      },
    });
  });

  it("goes without access control and audit log when data is not encrypted, as AWS demands", async () => {
    const deployment = await search({ encryptAtRest: false, kmsKeyArn: "arn:key" });
    const { inputs } = deployment.one(domainType);
    expect(inputs).to.deep.include({
      encryptAtRest: { enabled: false },
      advancedSecurityOptions: { enabled: false },
    });
    expect(logTypes(inputs)).not.to.include("AUDIT_LOGS");
  });

  it("names itself in its access policy without waiting for itself", async () => {
    const { Statement } = document((await inputsOf())["accessPolicies"]);
    expect(Statement).to.deep.equal([
      {
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::123456789012:root" },
        Action: "es:ESHttp*",
        Resource: "arn:aws:es:us-east-1:123456789012:domain/trips-dev/*",
      },
    ]);
  });

  it("publishes each log to a group that it may write", async () => {
    const deployment = await search();
    const domain = deployment.one(domainType);
    expect(logTypes(domain.inputs)).to.have.members([
      "ES_APPLICATION_LOGS",
      "INDEX_SLOW_LOGS",
      "SEARCH_SLOW_LOGS",
      "AUDIT_LOGS",
    ]);
    expect(deployment.ofType("aws:cloudwatch/logGroup:LogGroup")).to.have.length(4);
    const permission = deployment.one("aws:cloudwatch/logResourcePolicy:LogResourcePolicy");
    expect(domain.dependsOn).to.deep.equal([permission.name]);
    const statement = statementFor(permission.inputs["policyDocument"], "logs:PutLogEventsBatch");
    expect(statement.Principal).to.deep.equal({ Service: "es.amazonaws.com" });
    expect(statement.Resource).to.have.length(4);
    expect(statement.Condition).to.deep.equal({
      StringEquals: { "aws:SourceAccount": "123456789012" },
      ArnLike: { "aws:SourceArn": "arn:aws:es:us-east-1:123456789012:domain/trips-dev" },
    });
  });

  for (const [instanceCount, subnetCount, zones] of [
    [1, 3, 1],
    [2, 3, 2],
    [3, 3, 3],
    [6, 2, 2],
    [6, 1, 1],
    [6, 6, 3],
  ] as const) {
    it(`spreads ${instanceCount} nodes over ${zones} of ${subnetCount} zones`, async () => {
      const inputs = await inputsOf({ instanceCount, subnetCount });
      expect(inputs["clusterConfig"]).to.deep.include({
        zoneAwarenessEnabled: zones > 1,
        ...(zones > 1 && { zoneAwarenessConfig: { availabilityZoneCount: zones } }),
      });
      expect(inputs["vpcOptions"]).to.deep.include({
        subnetIds: ["subnet-a", "subnet-b", "subnet-c"].slice(0, zones),
      });
    });
  }

  it("has dedicated masters only where asked", async () => {
    expect((await inputsOf())["clusterConfig"]).to.deep.equal({
      instanceType: "m7g.large.search",
      instanceCount: 1,
      zoneAwarenessEnabled: false,
      dedicatedMasterEnabled: false,
    });
    expect(
      (
        await inputsOf({
          instanceCount: 3,
          dedicatedMasters: 3,
          dedicatedMasterType: "m7g.large.search",
        })
      )["clusterConfig"],
    ).to.deep.equal({
      instanceType: "m7g.large.search",
      instanceCount: 3,
      zoneAwarenessEnabled: true,
      zoneAwarenessConfig: { availabilityZoneCount: 3 },
      dedicatedMasterEnabled: true,
      dedicatedMasterCount: 3,
      dedicatedMasterType: "m7g.large.search",
    });
  });

  it("lets in the members of one security group, by HTTPS", async () => {
    const deployment = await search();
    expect(
      deployment.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs,
    ).to.include({
      securityGroupId: "search-nodes-id",
      referencedSecurityGroupId: "search-clients-id",
      fromPort: 443,
      toPort: 443,
    });
    expect(deployment.one(domainType).inputs["vpcOptions"]).to.deep.include({
      securityGroupIds: ["search-nodes-id"],
    });
  });

  it("tells where it is and what a writer may do", async () => {
    const { outputs } = await deploy(() => {
      const domain = new SearchDomain("search", valid);
      return {
        endpoint: domain.endpoint,
        dashboardsUrl: domain.dashboardsUrl,
        policy: policyDocument(domain.writeStatements()),
      };
    });
    expect(outputs["endpoint"]).to.equal("https://vpc-search.us-east-1.es.amazonaws.com");
    expect(outputs["dashboardsUrl"]).to.equal(
      "https://vpc-search.us-east-1.es.amazonaws.com/_dashboards",
    );
    expect(statementFor(outputs["policy"], "es:ESHttpPost").Resource).to.deep.equal([
      "arn:aws:test:us-east-1:123456789012:search/*",
    ]);
  });

  it("is kept where data is protected", async () => {
    expect((await search({ protectData: true })).one(domainType)).to.include({
      protect: true,
      retainOnDelete: true,
    });
  });

  it("lists everything that is wrong", async () => {
    const message = await refusal(
      () =>
        new SearchDomain("search", {
          ...valid,
          domainName: "Trips-in-production-of-New-York",
          instanceType: "m7g.large",
          instanceCount: 0,
          volumeGiB: 9,
          dedicatedMasters: 2,
          dedicatedMasterType: "large",
        }),
    );
    expect(message.split("\n")).to.deep.equal([
      'SearchDomain "search" has invalid arguments:',
      '- domainName must be 3 to 28 lower-case letters, digits and hyphens, beginning with a letter; got "Trips-in-production-of-New-York"',
      '- instanceType must be an OpenSearch instance type, such as m7g.large.search; got "m7g.large"',
      "- instanceCount must be an integer from 1 to 80; got 0",
      "- volumeGiB must be an integer from 10 to 24576; got 9",
      "- dedicatedMasters must be one of 0, 3, 5; got 2",
      '- dedicatedMasterType must be an OpenSearch instance type, such as m7g.large.search; got "large"',
    ]);
  });

  it("wants to know the type of its dedicated masters", async () => {
    expect(
      await refusal(() => new SearchDomain("search", { ...valid, dedicatedMasters: 3 })),
    ).to.contain("dedicatedMasterType is missing");
  });

  it("takes names of 28 characters and no longer ones", async () => {
    await search({ domainName: "a".repeat(28) });
    expect(
      await refusal(() => new SearchDomain("search", { ...valid, domainName: "a".repeat(29) })),
    ).to.contain("domainName must be 3 to 28");
  });
});

function logTypes(inputs: Readonly<Record<string, unknown>>): string[] {
  return (inputs["logPublishingOptions"] as { logType: string }[]).map(({ logType }) => logType);
}
