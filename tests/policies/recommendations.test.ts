import { readFileSync } from "node:fs";
import { ManagedPolicy } from "@pulumi/aws/iam";
import { expect } from "chai";
import { policies } from "../../policies/pack";
import { statefulTypes } from "../../policies/operations/stateful-types";
import { evaluate, evaluateStack, type TestResource } from "../support/policy";
import { policyText } from "./access-fixtures";
import { compliant, relinked } from "./compliant";
import { mutatedResource } from "./mutations";

interface Case {
  readonly title: string;
  readonly type: string;
  readonly set: Readonly<Record<string, unknown>>;
  /** Settings by policy. */
  readonly limits?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

function target(type: string): TestResource {
  const found = compliant.find((one) => one.type.endsWith(type));
  if (found === undefined) throw new Error(`No ${type}.`);
  return found;
}

/** What every policy that judges the resource has against it, by the policy. */
async function refusals({ type, set, limits = {} }: Case): Promise<readonly string[]> {
  const original = target(type);
  const changed = mutatedResource(original, { policy: "", set });
  const stack = relinked(compliant, (one) => (one === original ? changed : one));
  const all = await Promise.all(
    policies.map(async (policy) => {
      const { violations } =
        "validateStack" in policy
          ? await evaluateStack(policy, stack, limits[policy.name])
          : policy.types.length === 0 || policy.types.includes(original.type)
            ? await evaluate(policy, changed, limits[policy.name])
            : { violations: [] };
      return violations;
    }),
  );
  return all.flat();
}

const role = "rolePolicy:RolePolicy";
const open = { Effect: "Allow", Principal: { AWS: "*" }, Action: "es:*" };
const domainArn = "arn:aws:es:eu-central-1:123456789012:domain/trips/*";

function allowing(Action: readonly string[], Condition?: object): Case["set"] {
  return {
    policy: policyText({ Effect: "Allow", Action, Resource: "*", ...(Condition && { Condition }) }),
  };
}

function described(title: string, type: string, set: Case["set"], limits?: Case["limits"]): Case {
  return { title, type, set, ...(limits && { limits }) };
}

const s3 = {
  roleArn: "arn:aws:iam::123456789012:role/delivery",
  kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/1",
};

/** Examples of AWS's documentation and what its guides recommend. */
const recommended: readonly Case[] = [
  // https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html#fgac-recommendations
  described(
    "an open access policy on a domain in a VPC with fine-grained access control",
    "domain:Domain",
    {
      accessPolicies: policyText({ ...open, Resource: domainArn }),
    },
  ),
  // https://docs.aws.amazon.com/managed-flink/latest/java/vpc-permissions.html
  described("the VPC policy of Managed Flink", role, {
    policy: policyText(
      {
        Sid: "VPCReadOnlyPermissions",
        Effect: "Allow",
        Action: [
          "ec2:DescribeVpcs",
          "ec2:DescribeSubnets",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeDhcpOptions",
        ],
        Resource: "*",
      },
      {
        Sid: "ENIReadWritePermissions",
        Effect: "Allow",
        Action: [
          "ec2:CreateNetworkInterface",
          "ec2:CreateNetworkInterfacePermission",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DeleteNetworkInterface",
        ],
        Resource: "*",
      },
    ),
  }),
  ...[
    ["kinesis:ListStreams", "kinesis:DescribeLimits"],
    ["s3:ListAllMyBuckets"],
    ["cloudwatch:ListMetrics", "logs:DescribeDestinations"],
    ["firehose:ListDeliveryStreams", "glue:ListRegistries"],
    ["es:ListDomainNames", "kms:ListAliases", "sns:ListTopics"],
  ].map((actions) =>
    described(`${actions.join(" and ")} on every resource`, role, allowing(actions)),
  ),
  ...(
    [
      [
        "iam:CreateServiceLinkedRole",
        { StringEquals: { "iam:AWSServiceName": "opensearchservice.amazonaws.com" } },
      ],
      ["ec2:StopInstances", { StringEquals: { "aws:ResourceTag/project": "trips" } }],
      [
        "secretsmanager:GetSecretValue",
        { StringEquals: { "secretsmanager:ResourceTag/team": "data" } },
      ],
      ["kms:GenerateDataKey", { StringLike: { "kms:ViaService": "s3.*.amazonaws.com" } }],
      ["dynamodb:GetItem", { "ForAnyValue:StringEquals": { "dynamodb:LeadingKeys": ["trips"] } }],
    ] as const
  ).map(([action, condition]) =>
    described(`${action} with ${JSON.stringify(condition)}`, role, allowing([action], condition)),
  ),
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
  described("mutual TLS on a custom domain", "apigateway/domainName:DomainName", {
    securityPolicy: "TLS_1_2",
    mutualTlsAuthentication: { truststoreUri: "s3://trips-certificates/clients.pem" },
  }),
  described(
    "a webhook's route that a setting names",
    "apigatewayv2/route:Route",
    { routeKey: "POST /webhook", authorizationType: "NONE" },
    {
      "apigateway-method-authorization": { open: ["POST /webhook"] },
    },
  ),
  described(
    "lifecycle rules by prefix that a setting allows",
    "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    {
      rules: [
        { id: "raw", status: "Enabled", filter: { prefix: "raw/" }, expiration: { days: 365 } },
      ],
    },
    { "s3-bucket-lifecycle-retention": { allowPrefixes: true } },
  ),
  ...(
    [
      [
        "httpEndpointConfiguration",
        {
          url: "https://aws-kinesis-http-intake.logs.datadoghq.eu/v1/input",
          bufferingSize: 4,
          bufferingInterval: 60,
        },
        "http_endpoint",
      ],
      [
        "httpEndpointConfiguration",
        {
          url: "https://aws-api.eu.newrelic.com/firehose/v1",
          bufferingSize: 1,
          bufferingInterval: 60,
        },
        "http_endpoint",
      ],
      [
        "splunkConfiguration",
        {
          hecEndpoint: "https://http-inputs.example.com",
          hecToken: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:hec",
          bufferingSize: 5,
          bufferingInterval: 60,
          s3BackupMode: "AllEvents",
        },
        "splunk",
      ],
      [
        "snowflakeConfiguration",
        {
          accountUrl: "https://trips.snowflakecomputing.com",
          bufferingSize: 1,
          bufferingInterval: 0,
        },
        "snowflake",
      ],
    ] as const
  ).map(([block, values, destination]) =>
    described(
      `${destination} with ${values.bufferingSize} MiB`,
      "firehoseDeliveryStream:FirehoseDeliveryStream",
      {
        destination,
        extendedS3Configuration: undefined,
        [block]: {
          s3BackupMode: "AllData",
          cloudwatchLoggingOptions: {
            enabled: true,
            logGroupName: "delivery",
            logStreamName: "destination",
          },
          s3Configuration: s3,
          ...values,
        },
      },
    ),
  ),
];

describe("what AWS recommends", () => {
  for (const one of recommended) {
    it(`passes: ${one.title}`, async () => {
      expect(await refusals(one)).to.deep.equal([]);
    });
  }

  it("still refuses the open access policy where the domain is not guarded", async () => {
    const accessPolicies = policyText({ ...open, Resource: domainArn });
    for (const set of [
      { vpcOptions: undefined },
      { "advancedSecurityOptions.enabled": false },
      { vpcOptions: { subnetIds: [] } },
    ]) {
      const found = await refusals({
        title: "",
        type: "domain:Domain",
        set: { accessPolicies, ...set },
      });
      expect(found.join("\n")).to.include("admits everybody");
    }
  });
});

describe("a policy that is wrong for a resource", () => {
  for (const policy of policies) {
    it(`${policy.name} has settings of its own, exempt at least`, () => {
      expect(Object.keys(policy.configSchema?.properties ?? {})).to.include("exempt");
    });
  }

  it("does not judge it in a stack or alone, by a name with wildcards", async () => {
    const network = target("ec2/vpc:Vpc");
    const stack = [{ type: network.type, name: "hub-eu", props: {} }];
    for (const name of ["ec2-vpc-flow-log", "ec2-vpc-default-security-group"]) {
      const policy = policies.find((one) => one.name === name);
      if (policy === undefined || !("validateStack" in policy)) throw new Error(`No ${name}.`);
      expect((await evaluateStack(policy, stack)).violations).to.have.length(1);
      expect((await evaluateStack(policy, stack, { exempt: ["hub-*"] })).violations).to.be.empty;
    }
    const protection = policies.find(({ name }) => name === "stateful-resource-protection");
    if (protection === undefined || "validateStack" in protection)
      throw new Error("No protection.");
    for (const type of statefulTypes) {
      const kept = { type, name: "kept-events", props: {} };
      expect((await evaluate(protection, kept)).violations).to.have.length(1);
      expect((await evaluate(protection, kept, { exempt: ["kept-*"] })).violations).to.be.empty;
    }
  });
});

describe("the default policies of Pulumi's CallbackFunction", () => {
  const source = readFileSync(require.resolve("@pulumi/aws/lambda/lambdaMixins.js"), "utf8");
  const names = [...source.matchAll(/iam\.ManagedPolicy\.(\w+)/g)].map(([, name = ""]) => name);

  it("are refused where they allow all of a service, and no others", async () => {
    const policy = policies.find(({ name }) => name === "iam-managed-policy-full-access");
    if (policy === undefined || "validateStack" in policy) throw new Error("No such policy.");
    const refused: string[] = [];
    for (const name of new Set(names)) {
      const policyArn = ManagedPolicy[name as keyof typeof ManagedPolicy];
      const props = { role: "function", policyArn };
      const type = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
      const { violations } = await evaluate(policy, { type, name: "function", props });
      if (violations.length > 0) refused.push(name);
    }
    expect(names).to.have.length.greaterThan(5);
    expect(names.filter((name) => !refused.includes(name))).to.deep.equal([
      "AWSXrayWriteOnlyAccess",
    ]);
  });
});
