import { expect } from "chai";
import { policyDocument } from "../../../infra/core/iam";
import type { SearchDomainArgs } from "../../../infra/search/args";
import { SearchDomain } from "../../../infra/search/domain";
import { SearchSignIn } from "../../../infra/search/sign-in";
import { deploy, refusal } from "../../support/mocks";
import { document, statementFor } from "../policy-documents";

const domainType = "aws:opensearch/domain:Domain";
const vpc = {
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b", "subnet-c"],
  subnetCount: 3,
};
const nowhere: SearchDomainArgs = {
  domainName: "trips-dev",
  instanceType: "m7g.large.search",
  instanceCount: 1,
  volumeGiB: 20,
  masterUserArn: "arn:role",
  logRetentionDays: 7,
};
const valid: SearchDomainArgs = { ...nowhere, vpc };

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
      const inputs = await inputsOf({ instanceCount, vpc: { ...vpc, subnetCount } });
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
      multiAzWithStandbyEnabled: false,
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
      multiAzWithStandbyEnabled: false,
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

  it("says that nobody signs in where nobody does, or a pool that is gone would stay", async () => {
    expect((await inputsOf())["cognitoOptions"]).to.deep.equal({
      enabled: false,
      userPoolId: "",
      identityPoolId: "",
      roleArn: "",
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

  it("begins anew with AWS's key where it had another, which would be deleted under it", async () => {
    const trigger = async (changes: Partial<SearchDomainArgs>) =>
      (await search(changes)).one(domainType).replacementTrigger;
    expect(await trigger({ kmsKeyArn: "arn:key" })).to.equal("customer");
    expect(await trigger({})).to.equal("AWS");
    expect(await trigger({ kmsKeyArn: "arn:key", encryptAtRest: false })).to.equal("AWS");
  });

  it("states the IOPS and the throughput that the size of a volume demands, so that it can grow", async () => {
    const included = [
      { volumeGiB: 10, iops: 3000, throughput: 125 },
      { volumeGiB: 169, iops: 3000, throughput: 125 },
      { volumeGiB: 170, iops: 3000, throughput: 250 },
      { volumeGiB: 1400, iops: 4200, throughput: 350 },
      { volumeGiB: 24_576, iops: 16_000, throughput: 593 },
    ];
    for (const { volumeGiB, ...performance } of included) {
      expect((await inputsOf({ volumeGiB }))["ebsOptions"]).to.deep.include(performance);
    }
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

  it("is public for given clients and networks, and for nobody else", async () => {
    const deployment = await deploy(() => {
      const domain = new SearchDomain("search", {
        ...nowhere,
        instanceCount: 2,
        publicAccess: {
          clientCidrs: ["198.51.100.0/24"],
          principalArns: ["arn:job", "arn:admin"],
          zones: 3,
        },
      });
      return { groups: domain.clientSecurityGroupIds.length };
    });
    const { inputs } = deployment.one(domainType);
    expect(inputs).not.to.have.property("vpcOptions");
    expect(inputs["clusterConfig"]).to.deep.include({
      zoneAwarenessConfig: { availabilityZoneCount: 2 },
    });
    expect(document(inputs["accessPolicies"]).Statement).to.deep.equal([
      {
        Effect: "Allow",
        Principal: { AWS: ["arn:job", "arn:admin"] },
        Action: "es:ESHttp*",
        Resource: "arn:aws:es:us-east-1:123456789012:domain/trips-dev/*",
        Condition: { IpAddress: { "aws:SourceIp": ["198.51.100.0/24"] } },
      },
    ]);
    expect(deployment.ofType("aws:ec2/securityGroup:SecurityGroup")).to.be.empty;
    expect(deployment.outputs["groups"]).to.equal(0);
  });

  it("refuses nodes that a domain cannot have", async () => {
    const problems = (changes: Partial<SearchDomainArgs>) =>
      refusal(() => new SearchDomain("search", { ...valid, ...changes }));
    expect(await problems({ instanceCount: 3, vpc: { ...vpc, subnetCount: 2 } })).to.contain(
      "- instanceCount must be even in two availability zones; got 3",
    );
    expect(await problems({ instanceType: "r7gd.large.search" })).to.contain(
      "- instanceType must be a type with EBS volumes, such as m7g.large.search; r7gd.large.search has instance storage",
    );
    const old = { dedicatedMasters: 3, dedicatedMasterType: "t2.small.search" };
    expect(await problems(old)).to.contain(
      "- dedicatedMasterType must be a type that encrypts data at rest, such as m7g.large.search; got t2.small.search",
    );
    const plain = {
      ...old,
      encryptAtRest: false,
      instanceCount: 4,
      vpc: { ...vpc, subnetCount: 2 },
    };
    expect((await search(plain)).ofType(domainType)).to.have.length(1);
    const standby = {
      instanceCount: 3,
      standby: true,
      ...old,
      dedicatedMasterType: "t3.small.search",
    };
    expect(await problems(standby)).to.contain(
      "- dedicatedMasterType must not be a T instance type with standby; got t3.small.search",
    );
  });

  it("keeps a zone as a standby, and has warm nodes, where it has the nodes for that", async () => {
    const masters = { dedicatedMasters: 3, dedicatedMasterType: "m7g.large.search" };
    const inputs = await inputsOf({
      ...masters,
      instanceCount: 6,
      standby: true,
      warm: { instanceType: "ultrawarm1.medium.search", instanceCount: 3 },
    });
    expect(inputs["clusterConfig"]).to.include({
      multiAzWithStandbyEnabled: true,
      warmEnabled: true,
      warmCount: 3,
      warmType: "ultrawarm1.medium.search",
    });
    const problems = await refusal(
      () =>
        new SearchDomain("search", {
          ...valid,
          instanceType: "t3.medium.search",
          instanceCount: 4,
          vpc: { ...vpc, subnetCount: 2 },
          standby: true,
          warm: { instanceType: "ultrawarm1.medium.search", instanceCount: 1 },
        }),
    );
    expect(problems.split("\n").slice(1)).to.deep.equal([
      "- warm.instanceCount must be an integer from 2 to 150; got 1",
      "- warm.instanceCount needs dedicatedMasters 3 or 5; got 0",
      "- instanceType must not be a T instance type with warm.instanceCount; got t3.medium.search",
      "- standby needs three availability zones; got 2",
      "- instanceCount must be a multiple of three with standby; got 4",
      "- warm.instanceCount must be a multiple of three with standby; got 1",
      "- standby needs dedicatedMasters 3 or 5; got 0",
      "- instanceType must not be a T instance type with standby; got t3.medium.search",
    ]);
  });

  it("refuses volumes and dedicated masters that T instances cannot be", async () => {
    const args = { ...valid, instanceType: "t3.medium.search", volumeGiB: 201, instanceCount: 12 };
    const masters = { dedicatedMasters: 3, dedicatedMasterType: "t3.medium.search" };
    const problems = await refusal(() => new SearchDomain("search", { ...args, ...masters }));
    expect(problems.split("\n").slice(1)).to.deep.equal([
      "- volumeGiB must be at most 200 with instanceType t3.medium.search; got 201",
      "- dedicatedMasterType must not be a T instance type with more than 10 data nodes; got t3.medium.search",
    ]);
    await search({ ...args, ...masters, volumeGiB: 200, instanceCount: 9 });
  });

  it("runs the engine that it is given", async () => {
    expect((await inputsOf())["engineVersion"]).to.equal("OpenSearch_2.19");
    expect((await inputsOf({ engineVersion: "OpenSearch_3.1" }))["engineVersion"]).to.equal(
      "OpenSearch_3.1",
    );
  });

  it("lets people sign in through Cognito", async () => {
    const { resources } = await deploy(() => {
      const signIn = new SearchSignIn("sign-in", {
        domainPrefix: "trips",
        domainArn: "arn:domain",
      });
      new SearchDomain("search", { ...valid, signIn });
    });
    const domain = resources.find(({ type }) => type === domainType);
    expect(domain?.inputs["cognitoOptions"]).to.deep.equal({
      enabled: true,
      userPoolId: "sign-in-id",
      identityPoolId: "sign-in-id",
      roleArn: "arn:aws:test:us-east-1:123456789012:sign-in-service",
    });
  });

  it("makes the account's service-linked role only when asked, and waits for it", async () => {
    const roleType = "aws:iam/serviceLinkedRole:ServiceLinkedRole";
    expect((await search()).ofType(roleType)).to.be.empty;
    const deployment = await search({ createServiceLinkedRole: true });
    expect(deployment.one(roleType)).to.deep.include({
      inputs: { awsServiceName: "opensearchservice.amazonaws.com" },
      retainOnDelete: true,
    });
    expect(deployment.one(domainType).dependsOn).to.include("search");
  });

  it("has two hours to come up, as some need more than one", async () => {
    expect((await search()).one(domainType).customTimeouts.create).to.equal("120m");
  });

  it("must be in one place, with clients that are narrow enough", async () => {
    expect(await refusal(() => new SearchDomain("search", nowhere))).to.contain(
      "Set exactly one of vpc and publicAccess",
    );
    const publicAccess = { clientCidrs: ["0.0.0.0/0"], principalArns: [], zones: 4 };
    const message = await refusal(() => new SearchDomain("search", { ...valid, publicAccess }));
    expect(message.split("\n").slice(1)).to.deep.equal([
      "- Set exactly one of vpc and publicAccess",
      '- publicAccess.clientCidrs must be an IPv4 network in CIDR notation with a prefix of 8 to 32 bits, such as 10.0.0.0/16; got "0.0.0.0/0"',
      "- publicAccess.zones must be an integer from 1 to 3; got 4",
      "- number of publicAccess.principalArns must be an integer from 1 to 50; got 0",
    ]);
  });
});

function logTypes(inputs: Readonly<Record<string, unknown>>): string[] {
  return (inputs["logPublishingOptions"] as { logType: string }[]).map(({ logType }) => logType);
}
