import { expect } from "chai";
import { managedPolicies } from "../../../policies/access/grants";
import { foreignGrants, publicGrants, serviceGrants } from "../../../policies/access/grants";
import { wildcardActions, wildcardResources } from "../../../policies/access/identity";
import { change, evaluate } from "../../support/policy";
import { withPath } from "../mutations";
import { attachment, keyPolicy, policyText, readStatement, rolePolicy } from "../access-fixtures";

type Policy = Parameters<typeof evaluate>[0];

/** Whether a policy refuses a role's statement. */
async function refuses(policy: Policy, statement: object): Promise<boolean> {
  const changed = change(rolePolicy, { policy: policyText({ ...readStatement, ...statement }) });
  return (await evaluate(policy, changed)).violations.length > 0;
}

async function refusesGrant(policy: Policy, statement: object, limits = {}): Promise<boolean> {
  const granted = { Effect: "Allow", Action: "kms:Decrypt", Resource: "*", ...statement };
  const changed = change(keyPolicy, { policy: policyText(granted) });
  return (await evaluate(policy, changed, limits)).violations.length > 0;
}

const provider = "arn:aws:iam::123456789012:oidc-provider/";
const subject = (host: string, value: string, claim = "sub") => ({
  Principal: { Federated: `${provider}${host}` },
  Condition: { StringLike: { [`${host}:${claim}`]: value } },
});
const stream = "arn:aws:kinesis:eu-central-1:123456789012:stream";

describe("the breadth of a grant", () => {
  const actions = ["kinesis:*e*", "kinesis:D*", "s3:*", "*:Get*", "s3:?etObject", "kms:*rypt"];
  for (const Action of [...actions, "iam:Put*", "s3:PutBucket*", "sqs:Add*", "lambda:Add*"]) {
    it(`is too much with ${Action}`, async () => {
      expect(await refuses(wildcardActions, { Action })).to.equal(true);
    });
  }
  for (const Action of ["kinesis:Get*", "kinesis:Describe*", "s3:GetObject*", "ssmmessages:*"]) {
    it(`is not too much with ${Action}`, async () => {
      expect(await refuses(wildcardActions, { Action })).to.equal(false);
    });
  }
  const names = ["*-*", "?*", "*e*", "a*", "*", "*_*", "**", "-*", "*a", "*/consumer/*"];
  for (const name of names) {
    it(`is too much on ${name} of a type`, async () => {
      expect(await refuses(wildcardResources, { Resource: `${stream}/${name}` })).to.equal(true);
    });
  }
  for (const Resource of [
    "dynamodb:*:*:table/*",
    "logs:*:123456789012:log-gr*",
    "secretsmanager:*:*:secret:*-??????",
    "ssm:*:*:parameter*",
    "ssm:*:*:param*/*",
    "states:*:*:stateMachine:*",
    "glue:*:*:table/*",
  ]) {
    it(`is too much on all of arn:aws:${Resource}`, async () => {
      expect(await refuses(wildcardResources, { Resource: `arn:aws:${Resource}` })).to.equal(true);
    });
  }
  for (const Resource of ["s3:::job*", "secretsmanager:*:*:secret:db-??????", "ssm:*:*:param-a*"]) {
    it(`is not too much on arn:aws:${Resource}`, async () => {
      expect(await refuses(wildcardResources, { Resource: `arn:aws:${Resource}` })).to.equal(false);
    });
  }
  const narrowed: readonly object[] = [
    {
      Action: "iam:CreateServiceLinkedRole",
      Condition: { StringEquals: { "iam:AWSServiceName": "es.amazonaws.com" } },
    },
    {
      Action: "ec2:StopInstances",
      Condition: { StringEquals: { "aws:ResourceTag/stack": "dev" } },
    },
    {
      Action: "kms:GenerateDataKey",
      Condition: { StringEquals: { "kms:ViaService": "s3.eu-central-1.amazonaws.com" } },
    },
    {
      Action: [
        "ec2:CreateNetworkInterface",
        "ec2:CreateNetworkInterfacePermission",
        "ec2:DescribeVpcs",
        "ec2:DescribeDhcpOptions",
        "ec2:DeleteNetworkInterface",
      ],
    },
    { Action: ["kinesis:ListStreams", "logs:DescribeLogGroups", "es:ListDomainNames"] },
    { Action: ["s3:ListAllMyBuckets", "sts:GetCallerIdentity", "cloudwatch:GetMetricData"] },
  ];
  for (const statement of narrowed) {
    it(`is right on every resource with ${JSON.stringify(statement)}`, async () => {
      expect(await refuses(wildcardResources, { Resource: "*", ...statement })).to.equal(false);
    });
  }
  it("is not narrowed by a tag that anything matches", async () => {
    const Condition = { StringLike: { "aws:ResourceTag/stack": "*" } };
    const wide = { Action: "ec2:StopInstances", Resource: "*", Condition };
    expect(await refuses(wildcardResources, wide)).to.equal(true);
  });
  for (const name of ["CloudWatchFullAccessV2", "AmazonSSMAutomationRole", "DataScientist"]) {
    it(`is too much with the managed policy ${name}, unless it is allowed`, async () => {
      const attached = change(attachment, { policyArn: `arn:aws:iam::aws:policy/${name}` });
      expect((await evaluate(managedPolicies, attached)).violations).to.have.length(1);
      const { violations } = await evaluate(managedPolicies, attached, { allowed: [name] });
      expect(violations).to.deep.equal([]);
    });
  }
});

describe("a principal", () => {
  const open: readonly object[] = [
    subject("gitlab.com", "*"),
    subject("gitlab.com", "project_path:*:ref:main"),
    subject("app.terraform.io", "organization:*:project:a"),
    subject("api.pulumi.com/oidc", "*"),
    subject("oidc.circleci.com/org/1", "*"),
    subject("token.actions.githubusercontent.com", "repo:*/infra:*"),
    subject("token.actions.githubusercontent.com", "*/w/.github/x", "job_workflow_ref"),
    subject("bitbucket.org", "${aws:userid}"),
    { Principal: { Federated: "accounts.google.com" } },
    { Principal: "*", Condition: { ArnLike: { "aws:SourceArn": "arn:aws:s3:*:*:trips*" } } },
    { Principal: "*", Condition: { ArnLike: { "aws:SourceArn": "arn:aws:sns:*:*:trips" } } },
    { Principal: { Federated: "cognito-identity.amazonaws.com" } },
    { Principal: "*", Condition: { IpAddress: { "aws:SourceIp": ["1.0.0.0/8", "2.0.0.0/8"] } } },
  ];
  for (const statement of open) {
    it(`is everybody in ${JSON.stringify(statement)}`, async () => {
      expect(await refusesGrant(publicGrants, statement)).to.equal(true);
    });
  }
  const fixed: readonly object[] = [
    { Principal: "*", Condition: { ArnLike: { "aws:SourceArn": "arn:aws:s3:*:*:trips" } } },
    { Principal: "*", Condition: { ArnEquals: { "aws:SourceArn": "arn:aws:s3:::trips" } } },
    subject("gitlab.com", "project_path:team/trips:*"),
    subject("app.terraform.io", "organization:team:*"),
    subject("token.actions.githubusercontent.com", "team/w/.github/x@*", "job_workflow_ref"),
    subject("accounts.google.com", "1234.apps", "aud"),
    subject("cognito-identity.amazonaws.com", "eu-central-1:1", "aud"),
    { Principal: { Federated: "arn:aws:iam::123456789012:saml-provider/corp" } },
    { Principal: "*", Condition: { StringLike: { "aws:userid": "AROAABCDEFGHIJKLMNOP:*" } } },
    {
      Principal: "*",
      Condition: { IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"] } },
    },
  ];
  for (const statement of fixed) {
    it(`is known in ${JSON.stringify(statement)}`, async () => {
      expect(await refusesGrant(publicGrants, statement)).to.equal(false);
    });
  }

  const Principal = { Service: "events.amazonaws.com" };
  it("that is a service needs a source, unless the service is configured to have none", async () => {
    const sourced = { StringEquals: { "aws:SourceAccount": "123456789012" } };
    const forLogs = { ArnLike: { "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:*:1:*" } };
    expect(await refusesGrant(serviceGrants, { Principal })).to.equal(true);
    expect(await refusesGrant(serviceGrants, { Principal, Condition: sourced })).to.equal(false);
    expect(await refusesGrant(serviceGrants, { Principal, Condition: forLogs })).to.equal(false);
    const withoutSource = { withoutSource: ["events.amazonaws.com"] };
    expect(await refusesGrant(serviceGrants, { Principal }, withoutSource)).to.equal(false);
  });

  it("of another account, or a canonical user, must be trusted", async () => {
    const one = { Principal: { AWS: "arn:aws:iam::210987654321:root" } };
    const trust = (...trustedAccounts: readonly string[]) => ({ trustedAccounts });
    expect(await refusesGrant(foreignGrants, one)).to.equal(false);
    expect(await refusesGrant(foreignGrants, one, trust("123456789012"))).to.equal(true);
    expect(await refusesGrant(foreignGrants, one, trust("210987654321"))).to.equal(false);
    const canonical = { Principal: { CanonicalUser: "79a59df900b949e55d96a1e698fbacedfd6e09d9" } };
    expect(await refusesGrant(foreignGrants, canonical)).to.equal(true);
  });

  it("on a stream is of trusted accounts", async () => {
    const policy = policyText({
      Effect: "Allow",
      Principal: { AWS: ["arn:aws:iam::210987654321:role/reader"] },
      Action: "kinesis:GetRecords",
      Resource: `${stream}/events`,
    });
    const type = "aws:kinesis/resourcePolicy:ResourcePolicy";
    const violations = async (...trustedAccounts: readonly string[]) =>
      (
        await evaluate(
          foreignGrants,
          { type, name: "events", props: { policy } },
          { trustedAccounts },
        )
      ).violations;
    expect(await violations("123456789012")).to.have.length(1);
    expect(await violations("123456789012", "210987654321")).to.be.empty;
  });

  const trusted = { trustedOrganizations: ["o-abcdefghij"], trustedAccounts: ["123456789012"] };
  const grants: readonly (readonly [
    type: string,
    property: string,
    ofOwn: string,
    ofOther: string,
  ])[] = [
    [
      "cloudwatch/eventPermission:EventPermission",
      "condition.value",
      "o-abcdefghij",
      "o-otherother",
    ],
    ["cloudwatch/eventPermission:EventPermission", "principal", "123456789012", "210987654321"],
    [
      "ec2/amiLaunchPermission:AmiLaunchPermission",
      "organizationArn",
      organizationArn("abcdefghij"),
      organizationArn("otherother"),
    ],
    [
      "ec2/amiLaunchPermission:AmiLaunchPermission",
      "organizationalUnitArn",
      unitArn("abcdefghij"),
      unitArn("otherother"),
    ],
    [
      "ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission",
      "accountId",
      "123456789012",
      "210987654321",
    ],
    [
      "kms/grant:Grant",
      "granteePrincipal",
      "arn:aws:iam::123456789012:role/a",
      "arn:aws:iam::210987654321:role/a",
    ],
    [
      "lambda/layerVersionPermission:LayerVersionPermission",
      "organizationId",
      "o-abcdefghij",
      "o-otherother",
    ],
    ["lambda/permission:Permission", "principalOrgId", "o-abcdefghij", "o-otherother"],
    ["lambda/permission:Permission", "sourceAccount", "123456789012", "210987654321"],
    [
      "ram/principalAssociation:PrincipalAssociation",
      "principal",
      unitArn("abcdefghij"),
      organizationArn("otherother"),
    ],
    [
      "ssm/document:Document",
      "permissions.account_ids",
      "123456789012",
      "123456789012,210987654321",
    ],
  ];
  for (const [type, property, ofOwn, ofOther] of grants) {
    it(`is trusted or not by ${property} of ${type}`, async () => {
      const violations = async (value: string) => {
        const props = withPath({}, property, value);
        return (await evaluate(foreignGrants, { type: `aws:${type}`, name: "one", props }, trusted))
          .violations;
      };
      expect(await violations(ofOwn)).to.be.empty;
      expect(await violations(ofOther)).to.have.length(1);
    });
  }

  for (const [title, key, value, isTrusted] of [
    ["its organization", "aws:PrincipalOrgID", "o-abcdefghij", true],
    ["a unit of its organization", "aws:PrincipalOrgPaths", "o-abcdefghij/r-ab12/ou-1/*", true],
    ["the organization of a service's source", "aws:SourceOrgID", "o-abcdefghij", true],
    ["another organization", "aws:PrincipalOrgID", "o-otherother", false],
    ["a unit of another", "aws:PrincipalOrgPaths", "o-otherother/*", false],
  ] as const) {
    it(`is ${isTrusted ? "trusted" : "refused"} by ${title}`, async () => {
      const Condition = { "ForAnyValue:StringLike": { [key]: value } };
      const statement = { Principal: { AWS: "210987654321" }, Condition };
      expect(await refusesGrant(foreignGrants, statement, trusted)).to.equal(!isTrusted);
    });
  }
});

function organizationArn(id: string): string {
  return `arn:aws:organizations::123456789012:organization/o-${id}`;
}

function unitArn(id: string): string {
  return `arn:aws:organizations::123456789012:ou/o-${id}/ou-ab12-11111111`;
}
