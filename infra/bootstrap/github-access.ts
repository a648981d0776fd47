import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { EncryptionKey } from "../core/encryption-key";
import {
  allow,
  policyDocument,
  type Statement,
  useKey,
  withPermissionsBoundary,
} from "../core/iam";
import { policyArn } from "../core/limits";
import { projectName } from "../core/names";
import { PrivateBucket } from "../core/private-bucket";
import { type Form, Problems, type Range } from "../core/validate";
import { type Account, deployStatements, readStatements, reportStatements } from "./permissions";

export interface GithubAccessArgs {
  /** Name of the project in its Pulumi.yaml. The roles are limited to resources whose names begin with it. */
  readonly project: string;
  /** Repository whose workflows get the roles, such as owner/name. */
  readonly repository: string;
  /** Ids of the repository's owner and of the repository, which GitHub never gives to another. */
  readonly ownerId: number;
  readonly repositoryId: number;
  /**
   * Trusts subjects without ids as well, which repositories from before July 15, 2026 present unless they opted in:
   * https://docs.github.com/en/actions/concepts/security/openid-connect. A repository that takes over a name that was
   * given up presents the same. @default false
   */
  readonly trustNames?: boolean;
  /** ARN of GitHub's OIDC provider where the account has it. @default a new one */
  readonly providerArn?: string | undefined;
  /** ARN of the policy that bounds the permissions of every role. @default none */
  readonly permissionsBoundaryArn?: string | undefined;
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

/** Seconds that credentials may be valid: a deployment in which the domain is updated takes hours. */
const sessionSeconds = 21_600;

const issuer = "token.actions.githubusercontent.com";

/** What a workflow is when GitHub vouches for it. */
type Subject = "pull_request" | "ref:refs/heads/main" | `environment:${string}`;

/**
 * Lets a repository's workflows into an account without a stored credential: one role that reads, for previews and the
 * search for drift, and one for each environment that deploys; beside them the state's bucket and the key of its secrets.
 */
export class GithubAccess extends pulumi.ComponentResource {
  /** For the variable PULUMI_BACKEND_URL. */
  readonly backendUrl: pulumi.Output<string>;
  /** For `pulumi stack init --secrets-provider`. */
  readonly secretsProvider: pulumi.Output<string>;
  /** For the variable AWS_PREVIEW_ROLE_ARN. */
  readonly previewRoleArn: pulumi.Output<string>;
  /** For the variable AWS_DEPLOY_ROLE_ARN of each environment. */
  readonly deployRoleArns: pulumi.Output<Record<string, string>>;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: GithubAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    const { permissionsBoundaryArn } = args;
    const bounded = withPermissionsBoundary(permissionsBoundaryArn, opts);
    super("streaming:bootstrap:GithubAccess", name, args, bounded);
    const { repository, environments } = args;
    const problems = new Problems();
    problems.matches("project", args.project, projectName);
    problems.matches("repository", repository, repositoryName);
    problems.integer("ownerId", args.ownerId, githubId);
    problems.integer("repositoryId", args.repositoryId, githubId);
    if (permissionsBoundaryArn !== undefined) {
      problems.matches("permissionsBoundaryArn", permissionsBoundaryArn, policyArn);
    }
    problems.distinct("environments", environments, { min: 1, max: 10 });
    for (const environment of environments) {
      problems.matches("environments", environment, environmentName);
    }
    problems.throwIfAny(`GithubAccess "${name}" has invalid arguments`);

    const child = { parent: this };
    const account: Account = {
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
      subjects: readonly Subject[],
      statements: readonly Statement[],
    ): aws.iam.Role => {
      const made = new aws.iam.Role(
        `${name}-${suffix}`,
        {
          assumeRolePolicy: trust(providerArn, repositoriesOf(args), subjects),
          maxSessionDuration: sessionSeconds,
        },
        child,
      );
      new aws.iam.RolePolicy(
        `${name}-${suffix}`,
        { role: made.name, policy: policyDocument(statements) },
        child,
      );
      return made;
    };

    const bucket = state.arn;
    const objects = pulumi.interpolate`${state.arn}/*`;
    const readState = [
      allow(["s3:GetBucketLocation", "s3:ListBucket"], [bucket]),
      allow(["s3:GetObject"], [objects]),
      // Secrets of the configuration are decrypted directly, the state's objects through S3.
      allow(["kms:Decrypt"], [key.arn]),
    ];
    const writeState = [
      allow(["s3:DeleteObject", "s3:PutObject"], [objects]),
      allow(["kms:Encrypt"], [key.arn]),
      ...useKey(key.arn, ["kms:GenerateDataKey"], "s3", account.region),
    ];

    const preview = role(
      "preview",
      ["pull_request", "ref:refs/heads/main"],
      [...readState, ...readStatements(account), ...reportStatements(account)],
    );
    const deploy = environments.map(
      (environment) =>
        [
          environment,
          role(
            `deploy-${environment}`,
            [`environment:${environment}`],
            [...readState, ...writeState, ...readStatements(account), ...deployStatements(account)],
          ).arn,
        ] as const,
    );

    this.backendUrl = pulumi.interpolate`s3://${state.bucketName}?region=${account.region}&awssdk=v2`;
    this.secretsProvider = pulumi.interpolate`awskms:///${key.arn}?region=${account.region}`;
    this.previewRoleArn = preview.arn;
    this.deployRoleArns = pulumi.output(Object.fromEntries(deploy));
    this.registerOutputs({
      backendUrl: this.backendUrl,
      secretsProvider: this.secretsProvider,
      previewRoleArn: this.previewRoleArn,
      deployRoleArns: this.deployRoleArns,
    });
  }
}

/** The repository as it stands in the subjects of its tokens. */
function repositoriesOf(args: GithubAccessArgs): readonly string[] {
  const { repository, ownerId, repositoryId, trustNames = false } = args;
  const [owner = "", name = ""] = repository.split("/");
  return [`${owner}@${ownerId}/${name}@${repositoryId}`, ...(trustNames ? [repository] : [])];
}

/** Only this repository, and of it only these; the subjects are complete, as a pattern would match more. */
function trust(
  providerArn: pulumi.Input<string>,
  repositories: readonly string[],
  subjects: readonly Subject[],
): pulumi.Output<string> {
  return policyDocument([
    {
      Effect: "Allow",
      Principal: { Federated: providerArn },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: {
        StringEquals: {
          [`${issuer}:aud`]: "sts.amazonaws.com",
          [`${issuer}:sub`]: repositories.flatMap((repository) =>
            subjects.map((subject) => `repo:${repository}:${subject}`),
          ),
        },
      },
    },
  ]);
}
