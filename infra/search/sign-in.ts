import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { keptChild } from "../core/component";
import { actions, allow, policyDocument, rolePolicy, ServiceRole } from "../core/iam";
import { cognitoDomainPrefix } from "../core/limits";
import { partitionNames } from "../core/partition";
import { Problems } from "../core/validate";

export interface SearchSignInArgs {
  /** First part of the sign-in page's host name; unique in the region. Letters, digits and hyphens. */
  readonly domainPrefix: string;
  /** ARN of the search domain, put together from its parts where the domain waits for the sign-in. */
  readonly domainArn: pulumi.Input<string>;
  /** Keeps the users when they leave the program or the stack is destroyed. @default false */
  readonly protectData?: boolean;
}

const poolActions = actions({
  "cognito-idp":
    "AdminInitiateAuth AdminUserGlobalSignOut CreateUserPoolClient DeleteUserPoolClient DescribeUserPool " +
    "DescribeUserPoolClient ListUserPoolClients UpdateUserPoolClient",
});
const identityActions = actions({
  "cognito-identity":
    "DescribeIdentityPool GetIdentityPoolRoles SetIdentityPoolRoles UpdateIdentityPool",
});

/**
 * Sign-in to OpenSearch Dashboards with user name, password and a second factor: a Cognito user pool that an
 * administrator fills, and the role of signed-in users. What that role may do inside the domain is up to
 * the domain's own roles: give `userRoleArn` to a `SearchBootstrap`.
 *
 * @example
 * const signIn = new SearchSignIn("sign-in", { domainPrefix: "trips-dev", domainArn });
 * new SearchDomain("search", { ...sizes, vpc, masterUserArn: admin.arn, signIn, logRetentionDays: 30 });
 */
export class SearchSignIn extends pulumi.ComponentResource {
  readonly userPoolId: pulumi.Output<string>;
  readonly identityPoolId: pulumi.Output<string>;
  /** Role with which the domain manages its client of the user pool. */
  readonly roleArn: pulumi.Output<string>;
  /** Role of signed-in users. */
  readonly userRoleArn: pulumi.Output<string>;

  /** @throws Error that lists every invalid argument. */
  constructor(name: string, args: SearchSignInArgs, opts?: pulumi.ComponentResourceOptions) {
    super("streaming:infra:SearchSignIn", name, args, opts);
    const problems = new Problems();
    problems.check(args, { domainPrefix: cognitoDomainPrefix });
    problems.throwIfAny(`SearchSignIn "${name}" has invalid arguments`);

    const protectData = args.protectData ?? false;
    const child = { parent: this };
    const { identityProvider } = partitionNames(aws.getRegionOutput({}, child).region);
    const users = new aws.cognito.UserPool(
      name,
      {
        adminCreateUserConfig: { allowAdminCreateUserOnly: true },
        mfaConfiguration: "ON",
        softwareTokenMfaConfiguration: { enabled: true },
        passwordPolicy: {
          minimumLength: 14,
          requireLowercase: true,
          requireNumbers: true,
          requireSymbols: true,
          requireUppercase: true,
          temporaryPasswordValidityDays: 7,
        },
        // Threat protection, which the add-ons below are, belongs to this tier:
        // https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html
        userPoolTier: "PLUS",
        userPoolAddOns: {
          advancedSecurityMode: "ENFORCED",
          advancedSecurityAdditionalFlows: { customAuthMode: "ENFORCED" },
        },
        deletionProtection: protectData ? "ACTIVE" : "INACTIVE",
      },
      keptChild(this, protectData),
    );
    const page = new aws.cognito.UserPoolDomain(
      name,
      { domain: args.domainPrefix, userPoolId: users.id },
      child,
    );
    const identities = new aws.cognito.IdentityPool(
      name,
      { identityPoolName: name, allowUnauthenticatedIdentities: false },
      // The domain adds itself as a provider of identities and would lose that with each update.
      { parent: this, ignoreChanges: ["cognitoIdentityProviders"] },
    );

    const user = new aws.iam.Role(
      `${name}-user`,
      {
        assumeRolePolicy: policyDocument([
          identityProvider.apply((provider) => ({
            Effect: "Allow" as const,
            Principal: { Federated: provider },
            Action: "sts:AssumeRoleWithWebIdentity",
            Condition: {
              StringEquals: { [`${provider}:aud`]: identities.id },
              "ForAnyValue:StringLike": { [`${provider}:amr`]: "authenticated" },
            },
          })),
        ]),
      },
      child,
    );
    const requests = actions({ es: "ESHttpGet ESHttpPost ESHttpPut ESHttpDelete" });
    const domain = pulumi.interpolate`${args.domainArn}/*`;
    rolePolicy(`${name}-user`, user.name, [allow(requests, [domain])], child);
    new aws.cognito.IdentityPoolRoleAttachment(
      name,
      { identityPoolId: identities.id, roles: { authenticated: user.arn } },
      child,
    );

    // What AmazonOpenSearchServiceCognitoAccess allows, on these pools alone:
    // https://docs.aws.amazon.com/opensearch-service/latest/developerguide/cognito-auth.html
    const service = new ServiceRole(
      `${name}-service`,
      {
        service: "opensearchservice.amazonaws.com",
        statements: [
          allow(poolActions, [users.arn]),
          allow(identityActions, [identities.arn]),
          allow(["iam:PassRole"], [user.arn], {
            StringEquals: { "iam:PassedToService": identityProvider },
          }),
        ],
      },
      child,
    );

    // Known when the domain can do with them: it refuses a pool without a page to sign in and a role that allows nothing.
    this.userPoolId = pulumi.all([users.id, page.id]).apply(([id]) => id);
    this.identityPoolId = identities.id;
    this.roleArn = service.readyArn();
    this.userRoleArn = user.arn;
    this.registerOutputs({
      userPoolId: this.userPoolId,
      identityPoolId: this.identityPoolId,
      roleArn: this.roleArn,
      userRoleArn: this.userRoleArn,
    });
  }
}
