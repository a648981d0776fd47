import { IdentityPool, UserPool } from "@pulumi/aws/cognito";
import { resourcePolicy } from "../engine/policy";
import { flag, integer } from "../engine/setting-schema";
import { atLeast, atMost, mustBe } from "../engine/violation";

export const userPoolPasswords = resourcePolicy("cognito-user-pool-passwords", UserPool, {
  rule: "Ask the users of a pool for strong passwords.",
  reason: "Short ones are guessed.",
  fix: "Set passwordPolicy with minimumLength, all four kinds of characters and temporaryPasswordValidityDays of 7 or less.",
  controls: ["Cognito.3"],
  source: "https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html",
  config: {
    minLength: integer("Least length of a password.", 12, [8, 99]),
  },
  *check({ passwordPolicy: policy }, { minLength }) {
    const length = policy?.minimumLength ?? 0;
    yield* atLeast(
      length,
      minLength,
      `passwordPolicy.minimumLength is ${policy?.minimumLength ?? "not set"}`,
    );
    for (const name of [
      "requireLowercase",
      "requireNumbers",
      "requireSymbols",
      "requireUppercase",
    ] as const) {
      yield* mustBe(`passwordPolicy.${name}`, policy?.[name], true);
    }
    // The service's default is 7.
    const days = policy?.temporaryPasswordValidityDays ?? 7;
    yield* atMost(days, 7, `passwordPolicy.temporaryPasswordValidityDays is ${days}`);
  },
});

export const userPoolProtection = resourcePolicy("cognito-user-pool-protection", UserPool, {
  rule: "Protect the users of a pool: a second factor, a watch on sign-ins, and no deletion by mistake.",
  reason: "Passwords leak; the pool is the only place that can notice their use.",
  fix: "Set mfaConfiguration ON, userPoolAddOns.advancedSecurityMode ENFORCED, its advancedSecurityAdditionalFlows.customAuthMode ENFORCED, and deletionProtection ACTIVE.",
  controls: ["Cognito.1", "Cognito.4", "Cognito.5", "Cognito.6"],
  source:
    "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-threat-protection.html",
  config: {
    requireDeletionProtection: flag("Whether a pool must be kept from being deleted.", true),
  },
  *check({ mfaConfiguration, userPoolAddOns, deletionProtection }, { requireDeletionProtection }) {
    const { advancedSecurityMode, advancedSecurityAdditionalFlows: flows } = userPoolAddOns ?? {};
    const flow = "userPoolAddOns.advancedSecurityAdditionalFlows.customAuthMode";
    yield* mustBe("mfaConfiguration", mfaConfiguration, "ON");
    yield* mustBe("userPoolAddOns.advancedSecurityMode", advancedSecurityMode, "ENFORCED");
    yield* mustBe(flow, flows?.customAuthMode, "ENFORCED");
    if (requireDeletionProtection) {
      yield* mustBe("deletionProtection", deletionProtection, "ACTIVE");
    }
  },
});

export const identityPoolGuests = resourcePolicy("cognito-identity-pool-guests", IdentityPool, {
  rule: "Give no credentials to guests.",
  reason: "Anyone with the pool's id gets credentials of the account.",
  fix: "Set allowUnauthenticatedIdentities to false.",
  controls: ["Cognito.2"],
  source: "https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html",
  *check({ allowUnauthenticatedIdentities: guests }) {
    yield* mustBe("allowUnauthenticatedIdentities", guests ?? false, false);
  },
});
