import { expect } from "chai";
import {
  applicationTls,
  bucketPolicyPresence,
  bucketTls,
  domainHttps,
  nodeToNode,
  subscriptionTls,
} from "../../../policies/encryption/transit";
import { change, evaluateStack, unknownObject, unknownString } from "../../support/policy";
import { expectAccepted, expectRefused, expectUndecided } from "../expectations";
import { bucketPolicy, tlsStatement } from "../bucket-fixtures";
import { compliant } from "../compliant";
import { application, applicationConfiguration, domain, subscription } from "../fixtures";

describe("opensearch-domain-https", () => {
  const current = "Policy-Min-TLS-1-2-PFS-2023-10";
  const withOptions = (domainEndpointOptions: unknown) => change(domain, { domainEndpointOptions });

  it("accepts HTTPS with a current TLS policy", async () => {
    await expectAccepted(domainHttps, domain);
  });

  it("refuses plain HTTP, said or unsaid", async () => {
    for (const enforceHttps of [false, undefined]) {
      await expectRefused(
        domainHttps,
        withOptions({ enforceHttps, tlsSecurityPolicy: current }),
        "enforceHttps is",
      );
    }
  });

  it("refuses an old TLS policy, said or unsaid", async () => {
    for (const tlsSecurityPolicy of ["Policy-Min-TLS-1-0-2019-07", undefined]) {
      await expectRefused(
        domainHttps,
        withOptions({ enforceHttps: true, tlsSecurityPolicy }),
        `tlsSecurityPolicy is ${tlsSecurityPolicy ?? "not set"}; it must be ${current}`,
      );
    }
  });

  it("names both where the block is missing", async () => {
    await expectRefused(domainHttps, withOptions(undefined), ["enforceHttps", "tlsSecurityPolicy"]);
  });

  it("accepts the TLS policies that are configured", async () => {
    const tlsSecurityPolicy = "Policy-Min-TLS-1-2-RFC9151-FIPS-2024-08";
    await expectAccepted(domainHttps, withOptions({ enforceHttps: true, tlsSecurityPolicy }), {
      tlsPolicies: [current, tlsSecurityPolicy],
    });
  });
});

describe("opensearch-domain-node-to-node-encryption", () => {
  it("refuses a domain whose nodes talk in clear text, said or unsaid", async () => {
    await expectAccepted(nodeToNode, domain);
    for (const nodeToNodeEncryption of [undefined, {}, { enabled: false }]) {
      await expectRefused(
        nodeToNode,
        change(domain, { nodeToNodeEncryption }),
        "nodeToNodeEncryption.enabled is",
      );
    }
  });
});

describe("flink-application-endpoint-tls", () => {
  const withGroups = (propertyGroups: unknown) =>
    change(application, {
      applicationConfiguration: {
        ...applicationConfiguration,
        environmentProperties: { propertyGroups },
      },
    });

  it("accepts addresses of HTTPS, and those that are not known in a preview", async () => {
    await expectAccepted(applicationTls, application);
    await expectAccepted(
      applicationTls,
      withGroups([{ propertyGroupId: "search", propertyMap: unknownObject }]),
    );
  });

  it("accepts an application without properties", async () => {
    await expectAccepted(applicationTls, withGroups([]));
    await expectAccepted(
      applicationTls,
      change(application, { applicationConfiguration: undefined }),
    );
  });

  it("refuses an address of plain HTTP in any group, beside unknown ones", async () => {
    await expectRefused(
      applicationTls,
      withGroups([
        { propertyGroupId: "source", propertyMap: { streamName: unknownString } },
        { propertyGroupId: "search", propertyMap: { url: unknownString, endpoint: "HTTP://a" } },
      ]),
      "property endpoint of group search begins with http://; addresses must begin with https://",
    );
  });
});

describe("sns-topic-subscription-tls", () => {
  it("refuses plain HTTP and nothing else", async () => {
    for (const protocol of ["https", "email", "lambda", "sqs"]) {
      await expectAccepted(subscriptionTls, change(subscription, { protocol }));
    }
    await expectRefused(
      subscriptionTls,
      change(subscription, { protocol: "http" }),
      "protocol is http; web addresses must be https",
    );
  });
});

describe("s3-bucket-policy-tls", () => {
  const withStatement = (changes: object) =>
    change(bucketPolicy, {
      policy: JSON.stringify({ Statement: [{ ...tlsStatement, ...changes }] }),
    });
  const refusal = "no statement denies s3:* to everybody without TLS";

  it("accepts the statement in the ways in which IAM lets it be written", async () => {
    const ways = [
      {},
      { Principal: { AWS: "*" } },
      { Principal: { AWS: ["*"] } },
      { Action: ["S3:*"] },
      { Action: ["s3:*"] },
      { Action: "*" },
      { Resource: "*" },
      { Condition: { Bool: { "aws:securetransport": false } } },
      { Condition: { BoolIfExists: { "aws:SecureTransport": ["false"] } } },
    ];
    for (const way of ways) {
      await expectAccepted(bucketTls, withStatement(way));
    }
  });

  it("accepts a document that is not a text, or has one statement instead of a list", async () => {
    await expectAccepted(bucketTls, change(bucketPolicy, { policy: { Statement: tlsStatement } }));
  });

  it("refuses a statement that leaves a gap", async () => {
    const gaps = [
      { Effect: "Allow" },
      { Principal: { AWS: "arn:aws:iam::123456789012:root" } },
      { Principal: undefined, NotPrincipal: "*" },
      { Action: ["s3:GetObject", "s3:PutObject"] },
      { Resource: "arn:aws:s3:::trips" },
      { Resource: ["arn:aws:s3:::trips/*"] },
      { Resource: ["arn:aws:s3:::trips", "arn:aws:s3:::trips/events/"] },
      { Condition: undefined },
      { Condition: {} },
      { Condition: { Bool: null } },
      { Condition: { Bool: { "aws:SecureTransport": "true" } } },
      { Condition: { Bool: { "aws:SecureTransport": [] } } },
      { Condition: { Bool: { "aws:SecureTransport": "false", "aws:ViaAWSService": "false" } } },
      {
        Condition: {
          Bool: { "aws:SecureTransport": "false" },
          IpAddress: { "aws:SourceIp": "10.0.0.0/8" },
        },
      },
      { Condition: { StringEquals: { "aws:SecureTransport": "false" } } },
    ];
    for (const gap of gaps) {
      await expectRefused(bucketTls, withStatement(gap), refusal);
    }
  });

  it("refuses a document without statements, or none at all", async () => {
    for (const policy of ["{}", "not JSON", "null", "", {}]) {
      await expectRefused(bucketTls, change(bucketPolicy, { policy }), refusal);
    }
  });

  it("finds the statement among others", async () => {
    const other = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" };
    await expectAccepted(
      bucketTls,
      change(bucketPolicy, { policy: JSON.stringify({ Statement: [other, tlsStatement] }) }),
    );
  });

  it("waits for the update with a document that is unknown in a preview", async () => {
    await expectUndecided(bucketTls, change(bucketPolicy, { policy: unknownString }), "policy");
  });
});

describe("s3-bucket-policy", () => {
  it("accepts a bucket with a policy and refuses one without", async () => {
    const others = compliant.filter(({ type }) => type !== bucketPolicy.type);
    expect((await evaluateStack(bucketPolicyPresence, compliant)).violations).to.be.empty;
    const { violations } = await evaluateStack(bucketPolicyPresence, others);
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include("archive: no BucketPolicy names this bucket");
  });
});
