import { readFileSync } from "node:fs";
import path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { load } from "js-yaml";
import { EncryptionKey } from "../core/encryption-key";
import {
  actions,
  allow,
  policyDocument,
  rolePolicy,
  type Statement,
  useKey,
  withPermissionsBoundary,
} from "../core/iam";
import { policyArn } from "../core/limits";
import { databaseNameLength, domainNameLength, physicalName, projectName } from "../core/names";
import { partitionNames } from "../core/partition";
import { PrivateBucket } from "../core/private-bucket";
import { type Form, Problems, type Range } from "../core/validate";

export interface GithubAccessArgs {
  /** Name of the project in its Pulumi.yaml. The roles are limited to resources whose names begin with it. */
  readonly project: string;
  /** Repository whose workflows get the roles, such as owner/name. */
  readonly repository: string;
  /** Ids of the repository's owner and of the repository, which GitHub never gives to another. */
  readonly ownerId: number;
  readonly repositoryId: number;
  /** Trusts subjects without ids as well: https://docs.github.com/en/actions/concepts/security/openid-connect. A repository that takes over the name presents the same. @default false */
  readonly trustNames?: boolean;
  /** ARN of GitHub's OIDC provider where the account has it. @default a new one */
  readonly providerArn?: string | undefined;
  /** ARN of the policy that bounds the permissions of the bootstrap's own roles. @default none */
  readonly permissionsBoundaryArn?: string | undefined;
  /** ARNs of IAM principals that may assume the roles that deploy, for the steps of the runbook. @default none */
  readonly operatorArns?: readonly string[];
  /** Environments of the repository that deploy to this account; the approval of prod is a rule of its environment. */
  readonly environments: readonly string[];
}

const repositoryName: Form = {
  pattern: /^[\w.-]+\/[\w.-]+$/,
  description: "of the form owner/name, without a pattern",
};
/** https://docs.github.com/en/rest/repos/repos#get-a-repository */
const githubId: Range = { min: 1, max: Number.MAX_SAFE_INTEGER };
const environmentName: Form = {
  pattern: /^[a-z][a-z0-9-]{0,30}$/,
  description: "1 to 31 lower-case letters, digits and hyphens, beginning with a letter",
};

const operatorArn: Form = {
  pattern: /^arn:aws[\w-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/,
  description: "the ARN of an IAM role or user, without a pattern",
};

/** Seconds that credentials may be valid: a deployment in which the domain is updated takes hours. */
const sessionSeconds = 21_600;

const issuer = "token.actions.githubusercontent.com";

/** Values that the workflows of an environment need. */
export interface EnvironmentAccess {
  /** For the variable PULUMI_BACKEND_URL: a prefix of the state's bucket. */
  readonly backendUrl: string;
  /** For `pulumi stack init --secrets-provider`. */
  readonly secretsProvider: string;
  /** For the variable AWS_PREVIEW_ROLE_ARN of the environment NAME-preview. */
  readonly previewRoleArn: string;
  /** For the variable AWS_DEPLOY_ROLE_ARN of the environment NAME. */
  readonly deployRoleArn: string;
  /** For the key `permissionsBoundaryArn` of the stack. */
  readonly boundaryArn: string;
}

/** Access of a repository's workflows to an account: roles, state, secrets and a boundary for each environment, which reach no other. */
export class GithubAccess extends pulumi.ComponentResource {
  /** By the name of the environment. */
  readonly environments: pulumi.Output<Record<string, EnvironmentAccess>>;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: GithubAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    const { permissionsBoundaryArn } = args;
    const bounded = withPermissionsBoundary(permissionsBoundaryArn, opts);
    super("streaming:bootstrap:GithubAccess", name, args, bounded);
    const { environments } = args;
    const problems = new Problems();
    problems.check(args, {
      project: projectName,
      repository: repositoryName,
      ownerId: githubId,
      repositoryId: githubId,
      permissionsBoundaryArn: policyArn,
    });
    problems.distinct("environments", environments, { min: 1, max: 10 });
    problems.check(args, { environments: environmentName, operatorArns: operatorArn });
    for (const environment of environments) {
      // The resources of a stack are known by its name and a hyphen, and GitHub's environment of previews by -preview.
      const others = environments.filter((other) => other.startsWith(`${environment}-`));
      problems.require(
        others.length === 0 && !environment.endsWith("-preview"),
        `environments must not begin with another of them and a hyphen, nor end with -preview, or the roles of one reach the other; got "${[environment, ...others].join('", "')}"`,
      );
    }
    problems.throwIfAny(`GithubAccess "${name}" has invalid arguments`);

    const child = { parent: this };
    const account = {
      project: args.project,
      partition: aws.getPartitionOutput({}, child).partition,
      region: aws.getRegionOutput({}, child).region,
      accountId: aws.getCallerIdentityOutput({}, child).accountId,
    };
    const key = new EncryptionKey(
      `${name}-state`,
      { description: "State of Pulumi and its secrets", protectData: true },
      child,
    );
    const state = new PrivateBucket(
      `${name}-state`,
      { kmsKeyArn: key.arn, protectData: true },
      child,
    );
    const providerArn =
      args.providerArn ??
      new aws.iam.OpenIdConnectProvider(
        name,
        { url: `https://${issuer}`, clientIdLists: ["sts.amazonaws.com"] },
        child,
      ).arn;
    const role = (
      suffix: string,
      environment: string,
      statements: Parameters<typeof policyDocument>[0],
      operators: readonly string[] = [],
    ): pulumi.Output<string> => {
      const made = new aws.iam.Role(
        `${name}-${suffix}`,
        {
          assumeRolePolicy: trust(providerArn, repositoriesOf(args), environment, operators),
          maxSessionDuration: sessionSeconds,
        },
        child,
      );
      rolePolicy(`${name}-${suffix}`, made.name, statements, child);
      return made.arn;
    };

    const accessOf = (environment: string) => {
      const secrets = new EncryptionKey(
        `${name}-${environment}`,
        { description: `Secrets of the stack ${environment}`, protectData: true },
        child,
      );
      const own: StackAccount = { ...account, stack: environment };
      const boundary = new aws.iam.Policy(
        `${name}-${environment}-boundary`,
        {
          description: `Limit of every role of the stack ${environment}`,
          policy: policyDocument([statements([...named, ...granted.boundary], own)]),
        },
        child,
      );
      const objects = pulumi.interpolate`${state.arn}/${environment}/*`;
      const readState = [
        allow(["s3:GetBucketLocation"], [state.arn]),
        allow(["s3:ListBucket"], [state.arn], { StringLike: { "s3:prefix": `${environment}/*` } }),
        allow(["s3:GetObject"], [objects]),
        ...useKey(key.arn, ["kms:Decrypt"], "s3", account.region),
        allow(["kms:Decrypt"], [secrets.arn]),
      ];
      const writeState = [
        allow(["s3:DeleteObject", "s3:PutObject"], [objects]),
        ...useKey(key.arn, ["kms:GenerateDataKey"], "s3", account.region),
        allow(["kms:Encrypt"], [secrets.arn]),
      ];
      return {
        backendUrl: pulumi.interpolate`s3://${state.bucketName}/${environment}?region=${account.region}&awssdk=v2`,
        secretsProvider: pulumi.interpolate`awskms:///${secrets.arn}?region=${account.region}`,
        previewRoleArn: role(`preview-${environment}`, `${environment}-preview`, [
          ...readState,
          statements(granted.read, own),
          statements(granted.report, own),
        ]),
        deployRoleArn: role(
          `deploy-${environment}`,
          environment,
          [
            ...readState,
            ...writeState,
            statements(granted.read, own),
            statements([...named, ...granted.deploy], own, boundary.arn),
          ],
          args.operatorArns,
        ),
        boundaryArn: boundary.arn,
      };
    };
    this.environments = pulumi.output(
      Object.fromEntries(environments.map((each) => [each, accessOf(each)])),
    );
    this.registerOutputs({ environments: this.environments });
  }
}

/** The repository as it stands in the subjects of its tokens. */
function repositoriesOf(args: GithubAccessArgs): readonly string[] {
  const { repository, ownerId, repositoryId, trustNames = false } = args;
  const [owner = "", name = ""] = repository.split("/");
  return [`${owner}@${ownerId}/${name}@${repositoryId}`, ...(trustNames ? [repository] : [])];
}

/** Trust in the jobs of one environment of this repository; the subject is complete, as a pattern would match more. */
function trust(
  providerArn: pulumi.Input<string>,
  repositories: readonly string[],
  environment: string,
  operators: readonly string[],
): pulumi.Output<string> {
  return policyDocument([
    {
      Effect: "Allow",
      Principal: { Federated: providerArn },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: {
        StringEquals: {
          [`${issuer}:aud`]: "sts.amazonaws.com",
          [`${issuer}:sub`]: repositories.map(
            (repository) => `repo:${repository}:environment:${environment}`,
          ),
        },
      },
    },
    ...operators.map((arn) => ({
      Effect: "Allow" as const,
      Principal: { AWS: arn },
      Action: "sts:AssumeRole",
    })),
  ]);
}

/** A stack, which is named as its environment, its project and where it is deployed. */
interface StackAccount {
  readonly project: string;
  readonly stack: string;
  readonly partition: pulumi.Input<string>;
  readonly region: pulumi.Input<string>;
  readonly accountId: pulumi.Input<string>;
}

/** A statement that allows actions by service, or one as it is. */
type Granted =
  | Statement
  | {
      readonly actions: Readonly<Record<string, string>>;
      readonly resources: string | readonly string[];
      readonly condition?: Statement["Condition"];
    };

/**
 * Statements by what they are for, with `{names}` and the like in place of the stack's own: reads of previews and of the
 * search for drift, of what may hold secrets only in the stack; reports of drift on the topic of the stack's tickets; the
 * permissions boundary of the stack's roles, with what the program grants them, on the stack's own resources where they
 * have names; a deployment, which the boundary of the roles that it makes keeps from reaching more by them.
 */
const granted = load(readFileSync(path.join(__dirname, "granted.yaml"), "utf8")) as Readonly<
  Record<"read" | "report" | "boundary" | "deploy", readonly Granted[]>
> & { readonly named: Readonly<Record<string, string>> };

/** Every action on the resources of services that name resources. */
const named: readonly Granted[] = [
  ...Object.entries(granted.named).map(([service, names]) => ({
    actions: { [service]: "*" },
    resources: names
      .split(" ")
      .map((name) => `arn:{partition}:${service}:{region}:{accountId}:${name}`),
  })),
  { actions: { s3: "*" }, resources: "arn:{partition}:s3:::{names}" },
];

function statements(
  all: readonly Granted[],
  { project, stack, partition, region, accountId }: StackAccount,
  boundaryArn: pulumi.Input<string> = "",
): pulumi.Output<Statement[]> {
  const given = `${project}-${stack}`;
  const values = pulumi.output({
    stack,
    partition,
    region,
    accountId,
    boundaryArn,
    dnsSuffix: partitionNames(region).dnsSuffix,
    names: `${given}-*`,
    domain: physicalName(given, domainNameLength),
    database: physicalName(given, databaseNameLength).replaceAll("-", "_"),
  });
  return values.apply((known) => {
    const text = JSON.stringify(all);
    const filled = text.replace(/\{(\w+)\}/g, (_, key: keyof typeof known) => known[key]);
    return (JSON.parse(filled) as Granted[]).map((one) =>
      "actions" in one ? allow(actions(one.actions), [one.resources].flat(), one.condition) : one,
    );
  });
}
