import { readFileSync } from "node:fs";
import { DomainName as HttpDomainName } from "@pulumi/aws/apigatewayv2";
import { CompositeAlarm } from "@pulumi/aws/cloudwatch";
import { ManagedPolicy } from "@pulumi/aws/iam";
import { expect } from "chai";
import { policies } from "../../../policies/pack";
import { statefulTypes } from "../../../policies/engine/sdk-types";
import { evaluate, evaluateStack, resource, type TestResource } from "../../support/policy";
import { policyText } from "../../policies/access-fixtures";
import { compliant, relinked } from "../../policies/compliant";
import { mutatedResource } from "../../policies/mutations";

interface Case {
  readonly title: string;
  readonly type: string;
  readonly set: Readonly<Record<string, unknown>>;
  /** Settings by policy. */
  readonly limits?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Resources besides those of the compliant stack. */
  readonly more?: readonly TestResource[];
}

function target(type: string, stack = compliant): TestResource {
  const found = stack.find((one) => one.type.endsWith(type));
  if (found === undefined) throw new Error(`No ${type}.`);
  return found;
}

/** What every policy that judges the resource has against it, by the policy. */
async function refusals({ type, set, limits = {}, more = [] }: Case): Promise<readonly string[]> {
  const before = [...more, ...compliant];
  const original = target(type, before);
  const changed = mutatedResource(original, { policy: "", set });
  const stack = relinked(before, (one) => (one === original ? changed : one));
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

function described(
  title: string,
  type: string,
  set: Case["set"],
  limits: Case["limits"] = {},
  more: Case["more"] = [],
): Case {
  return { title, type, set, limits, more };
}

/** An alarm on queries instead of a metric of its own. */
function queries(...metricQueries: readonly object[]): Case["set"] {
  const none = ["metricName", "namespace", "dimensions", "statistic", "period"];
  return { ...Object.fromEntries(none.map((name) => [name, undefined])), metricQueries };
}

/** A composite alarm, which notifies unless it is said not to. */
function composite(name: string, alarmRule: string, isSilent = false): TestResource {
  const alarmActions = isSilent ? [] : ["arn:aws:sns:eu-central-1:123456789012:ops"];
  return resource(CompositeAlarm, name, {
    alarmName: name,
    alarmRule,
    alarmActions,
    tags: { project: "trips", stack: "test" },
  });
}

const alarm = "metricAlarm:MetricAlarm";
const lag = "GetRecords.IteratorAgeMilliseconds";
const silent = { name: "lag", alarmActions: undefined };
const httpDomain = resource(HttpDomainName, "webhooks", {
  domainName: "webhooks.example.com",
  domainNameConfiguration: {
    certificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/1",
    endpointType: "REGIONAL",
    securityPolicy: "TLS_1_2",
  },
  tags: { project: "trips", stack: "test" },
});

function trusting(Service: string, Condition?: object): Case["set"] {
  const Principal = { Service };
  const statement = { Effect: "Allow", Principal, Action: "sts:AssumeRole" };
  return { assumeRolePolicy: policyText({ ...statement, ...(Condition && { Condition }) }) };
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
  // https://docs.aws.amazon.com/managed-flink/latest/java/get-started-exercise.html
  described("the log access of Managed Flink", role, {
    policy: policyText(
      {
        Sid: "ListCloudwatchLogGroups",
        Effect: "Allow",
        Action: ["logs:DescribeLogGroups"],
        Resource: ["arn:aws:logs:eu-central-1:123456789012:log-group:*"],
      },
      {
        Sid: "ListCloudwatchLogStreams",
        Effect: "Allow",
        Action: ["logs:DescribeLogStreams"],
        Resource: [
          "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/kinesis-analytics/trips:log-stream:*",
        ],
      },
    ),
  }),
  // https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3
  described("the role of Firehose for S3", role, {
    policy: policyText(
      {
        Effect: "Allow",
        Action: [
          "s3:AbortMultipartUpload",
          "s3:GetBucketLocation",
          "s3:GetObject",
          "s3:ListBucket",
          "s3:ListBucketMultipartUploads",
          "s3:PutObject",
        ],
        Resource: ["arn:aws:s3:::trips", "arn:aws:s3:::trips/*"],
      },
      {
        Effect: "Allow",
        Action: [
          "kinesis:DescribeStream",
          "kinesis:GetShardIterator",
          "kinesis:GetRecords",
          "kinesis:ListShards",
        ],
        Resource: "arn:aws:kinesis:eu-central-1:123456789012:stream/trips",
      },
      {
        Effect: "Allow",
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: ["arn:aws:kms:eu-central-1:123456789012:key/1"],
        Condition: {
          StringEquals: { "kms:ViaService": "s3.eu-central-1.amazonaws.com" },
          StringLike: { "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::trips/raw*" },
        },
      },
      {
        Effect: "Allow",
        Action: ["logs:PutLogEvents"],
        Resource: ["arn:aws:logs:eu-central-1:123456789012:log-group:trips:log-stream:s3"],
      },
      {
        Effect: "Allow",
        Action: ["lambda:InvokeFunction", "lambda:GetFunctionConfiguration"],
        Resource: ["arn:aws:lambda:eu-central-1:123456789012:function:trips:1"],
      },
    ),
  }),
  // https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-es-vpc
  described("the role of Firehose for a domain in a VPC", role, {
    policy: policyText({
      Effect: "Allow",
      Action: [
        "ec2:DescribeVpcs",
        "ec2:DescribeVpcAttribute",
        "ec2:DescribeSubnets",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeNetworkInterfaces",
        "ec2:CreateNetworkInterface",
        "ec2:CreateNetworkInterfacePermission",
        "ec2:DeleteNetworkInterface",
      ],
      Resource: "*",
    }),
  }),
  // https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
  described("the log access that Lambda's console gives a function", role, {
    policy: policyText(
      {
        Effect: "Allow",
        Action: "logs:CreateLogGroup",
        Resource: "arn:aws:logs:eu-central-1:123456789012:*",
      },
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: ["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/trips:*"],
      },
    ),
  }),
  // https://docs.aws.amazon.com/lambda/latest/dg/permissions-managed-policies.html
  ...[
    ManagedPolicy.AWSLambdaBasicExecutionRole,
    ManagedPolicy.AWSLambdaKinesisExecutionRole,
    ManagedPolicy.AWSLambdaVPCAccessExecutionRole,
    ManagedPolicy.AWSLambdaSQSQueueExecutionRole,
  ].map((policyArn) =>
    described(policyArn, "rolePolicyAttachment:RolePolicyAttachment", { policyArn }),
  ),
  // https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#firehose-assume-role
  described("a role that Firehose assumes with an external id", "iam/role:Role", {
    ...trusting("firehose.amazonaws.com", {
      StringEquals: { "sts:ExternalId": "123456789012" },
    }),
  }),
  // The function and the API of Pulumi's template serverless-aws-typescript.
  described("the role of a CallbackFunction", "iam/role:Role", trusting("lambda.amazonaws.com")),
  described("the permission of an API for a function", "lambda/permission:Permission", {
    action: "lambda:invokeFunction",
    principal: "apigateway.amazonaws.com",
    sourceArn: "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/*",
  }),
  described(
    "a metric of another stack that a setting names",
    alarm,
    { dimensions: { StreamName: "billing-events" } },
    { "cloudwatch-alarm-dimensions": { elsewhere: ["billing-*"] } },
    [{ ...target(alarm), name: "billing-lag", dependencies: {} }],
  ),
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-alarm-create.html
  described(
    "a Metrics Insights query",
    alarm,
    queries({ id: "q", expression: `SELECT MAX("${lag}") FROM "AWS/Kinesis"`, period: 60 }),
  ),
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-search-expressions.html
  described(
    "a search for metrics",
    alarm,
    queries({
      id: "q",
      expression: `MAX(SEARCH('{AWS/Kinesis,StreamName} MetricName="${lag}"', 'Maximum', 60))`,
    }),
  ),
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-combining.html
  ...(
    [
      ["ALARM(lag)", []],
      ['ALARM("lag") AND NOT ALARM("deployment")', []],
      ["ALARM(lag) OR OK(cpu)", []],
      ["ALARM(inner)", [composite("inner", "ALARM(lag)", true)]],
    ] as const
  ).map(([rule, others]) =>
    described(`a child of a composite alarm with ${rule}`, alarm, silent, {}, [
      composite("outer", rule),
      ...others,
    ]),
  ),
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-custom-domain-names.html
  described("TLS_1_2 on an HTTP API's domain", "apigatewayv2/domainName:DomainName", {}, {}, [
    httpDomain,
  ]),
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
