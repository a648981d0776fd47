import { IdentityPool, UserPool } from "@pulumi/aws/cognito";
import { resourcePolicy } from "../engine/policy";
import { atLeast, atMost, mustBe } from "../engine/violation";

export const userPoolPasswords = resourcePolicy("cognito-user-pool-passwords", UserPool, {
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
  *check({ allowUnauthenticatedIdentities: guests }) {
    yield* mustBe("allowUnauthenticatedIdentities", guests ?? false, false);
  },
});
