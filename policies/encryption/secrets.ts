import { Secret, SecretRotation } from "@pulumi/aws/secretsmanager";
import { relationPolicy } from "../engine/policy";
import { ofType, refersTo } from "../engine/relation";
import { integer } from "../engine/setting-schema";

export const secretRotation = relationPolicy("secretsmanager-secret-rotation", Secret, {
  severity: "medium",
  rule: "Rotate every secret, often enough.",
  reason: "A secret that leaked unseen is of use until it is changed.",
  fix: "Add a secretsmanager.SecretRotation with this secretId and rotationRules.automaticallyAfterDays within the limit.",
  controls: ["SecretsManager.1", "SecretsManager.4"],
  source: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html",
  config: {
    maxDays: integer("Most days between two rotations.", 90, [1, 1000]),
  },
  *check(secret, resources, { maxDays }) {
    const rotations = ofType(resources, SecretRotation);
    const resource = rotations.find((one) => refersTo(one, "secretId", secret, "arn", "name"));
    if (resource === undefined) {
      yield { fact: "no SecretRotation names this secret", limit: "every secret needs one" };
      return;
    }
    const rules = resource.asType(SecretRotation)?.rotationRules;
    const [field, days] =
      rules?.automaticallyAfterDays === undefined
        ? ["scheduleExpression", daysOfRate(rules?.scheduleExpression ?? "")]
        : ["automaticallyAfterDays", rules.automaticallyAfterDays];
    if (days !== undefined && !(days <= maxDays)) {
      yield {
        resource,
        fact: `rotationRules.${field} is ${field === "scheduleExpression" ? `every ${days} days` : days}`,
        limit: `the limit is ${maxDays}`,
      };
    }
  },
});

/** The days of a schedule such as rate(10 days); what a cron expression means the service knows, not the program. */
function daysOfRate(expression: string): number | undefined {
  const [, count, unit] = /^rate\((\d+) (hour|day)s?\)$/.exec(expression.trim()) ?? [];
  return count === undefined ? undefined : Number(count) / (unit === "hour" ? 24 : 1);
}
