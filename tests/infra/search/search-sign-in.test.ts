import { expect } from "chai";
import { SearchSignIn } from "../../../infra/search/sign-in";
import { deploy, refusal } from "../../support/mocks";
import { actionsOf, document, statementFor } from "../policy-documents";

function signIn(protectData = false) {
  return deploy(() => {
    new SearchSignIn("sign-in", { domainPrefix: "trips", domainArn: "arn:domain", protectData });
  });
}

describe("SearchSignIn", () => {
  it("takes users that an administrator made, with a strong password and a second factor", async () => {
    const { inputs } = (await signIn()).one("aws:cognito/userPool:UserPool");
    expect(inputs).to.deep.include({
      adminCreateUserConfig: { allowAdminCreateUserOnly: true },
      mfaConfiguration: "ON",
      userPoolTier: "PLUS",
      userPoolAddOns: {
        advancedSecurityMode: "ENFORCED",
        advancedSecurityAdditionalFlows: { customAuthMode: "ENFORCED" },
      },
    });
    expect(inputs["passwordPolicy"]).to.deep.include({
      minimumLength: 14,
      temporaryPasswordValidityDays: 7,
    });
  });

  it("knows no guests", async () => {
    expect((await signIn()).one("aws:cognito/identityPool:IdentityPool").inputs).to.include({
      allowUnauthenticatedIdentities: false,
    });
  });

  it("gives who is signed in a role for the domain alone", async () => {
    const deployment = await signIn();
    const role = deployment.one("aws:iam/role:Role", "sign-in-user");
    expect(document(role.inputs["assumeRolePolicy"]).Statement[0]?.Condition).to.deep.equal({
      StringEquals: { "cognito-identity.amazonaws.com:aud": "sign-in-id" },
      "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "authenticated" },
    });
    const { policy } = deployment.one("aws:iam/rolePolicy:RolePolicy", "sign-in-user").inputs;
    expect(statementFor(policy, "es:ESHttpGet").Resource).to.deep.equal(["arn:domain/*"]);
    expect(
      deployment.one("aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment").inputs,
    ).to.deep.include({
      roles: { authenticated: "arn:aws:test:us-east-1:123456789012:sign-in-user" },
    });
  });

  it("lets the domain manage its client of these pools, and pass on one role", async () => {
    const { policy } = (await signIn()).one(
      "aws:iam/rolePolicy:RolePolicy",
      "sign-in-service",
    ).inputs;
    for (const action of actionsOf(policy)) expect(action).not.to.contain("*");
    expect(statementFor(policy, "iam:PassRole")).to.deep.include({
      Resource: ["arn:aws:test:us-east-1:123456789012:sign-in-user"],
      Condition: { StringEquals: { "iam:PassedToService": "cognito-identity.amazonaws.com" } },
    });
  });

  it("keeps its users where data is protected", async () => {
    const pool = (await signIn(true)).one("aws:cognito/userPool:UserPool");
    expect(pool).to.include({ protect: true, retainOnDelete: true });
    expect(pool.inputs["deletionProtection"]).to.equal("ACTIVE");
  });

  it("refuses a name that no host can have", async () => {
    expect(
      await refusal(
        () => new SearchSignIn("sign-in", { domainPrefix: "Trips_", domainArn: "arn:domain" }),
      ),
    ).to.contain("domainPrefix must be 1 to 63 lower-case letters");
  });
});
