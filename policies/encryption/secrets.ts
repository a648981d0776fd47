import { boxed, fromJson, isPresent, known, Undecided } from "../engine/known";
import { relationPolicy, typesPolicy } from "../engine/policy";
import { covers } from "../engine/policy-document";
import { ofType, refersTo } from "../engine/relation";
import { Secret, SecretRotation } from "@pulumi/aws/secretsmanager";

export const secretRotation = relationPolicy("secretsmanager-secret-rotation", Secret, {
  *check(secret, resources, { maxDays }) {
    const rotations = ofType(resources, SecretRotation);
    const resource = rotations.find((one) => refersTo(one, "secretId", secret, "arn", "name"));
    if (!resource) {
      yield "no SecretRotation names this secret";
      return;
    }
    const rules = resource.asType(SecretRotation)?.rotationRules;
    const [field, days] = isPresent(rules?.automaticallyAfterDays)
      ? ["automaticallyAfterDays", rules.automaticallyAfterDays]
      : ["scheduleExpression", daysOfRate(rules?.scheduleExpression ?? "")];
    if (isPresent(days) && !(days <= maxDays)) {
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
  return count ? Number(count) / (unit === "hour" ? 24 : 1) : undefined;
}

/** What a secret looks like wherever it stands: keys of AWS, tokens of services, private keys, addresses with a password. */
const secretValues = [
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b/,
  /-----BEGIN ([A-Z]+ )*PRIVATE KEY-----/,
  /\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|ATBB\w{20,})/,
  /\b(xox[abprs]-[\w-]{10,}|sk_live_\w{16,}|sk-(ant|proj)-[\w-]{20,}|AIza[\w-]{35}|npm_\w{36}|pul-[0-9a-f]{40})\b/,
  /\bhooks\.slack\.com\/services\/\w+\/\w+\/\w+/,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/,
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@$*{]+@[^\s/]/i,
  /\b[a-z+]+:\/\/(gh[a-z]_|github_pat_|glpat-|ATBB)[^\s/@]*@/i,
];

/** Names of values that are secrets: DB_PASSWORD, hecToken, accessKey, --api-key. */
const secretName =
  /(passw(or)?d|passphrase|(^|[_.-])pass|[_.-]pwd|secret|(access|auth|bearer|hec|api|session|refresh)[_.-]?token|api[_.-]?key|secret[_.-]?(access[_.-]?)?key|access[_.-]?key([_.-]id)?|private[_.-]?key|credentials?)$/i;

/** Values that point at a secret, or are none: references, ARNs, paths, switches, numbers, placeholders. */
const harmlessValue =
  /^(arn:|\/|\{\{resolve:|\$|s3:\/\/|ssm:|true$|false$|none$|null$|[0-9.]*$|\*+$)/i;

/** Assignments in scripts and build specifications: export DB_PASSWORD=hunter2, password: "hunter2". */
const assignment = /(?:^|[\s"'-])([A-Za-z][\w.-]*)\s*[=:]\s*["']?([^\s"',;{}()[\]]+)/gm;

export const clearText = typesPolicy("clear-text-secret", [], {
  isGeneral: true,
  *check(resource, { allowed }, { type }) {
    const unknown: string[] = [];
    let reported: readonly string[] = [];
    for (const { path, name, value } of textsIn(resource, type)) {
      if (reported.some((start) => path.startsWith(start)) || covers(allowed, name)) {
        continue;
      }
      if (typeof value !== "string") {
        unknown.push(...(isSecretName(name) ? [path] : []));
      } else if (isSecret(name, value)) {
        // What stands in JSON text is not reported again.
        reported = [`${path}.`, `${path}[`];
        // Without the value, which is the secret.
        yield `${path} holds a secret in clear text`;
      }
    }
    if (unknown.length > 0) {
      throw new Undecided(unknown.join(", "));
    }
  },
});

interface NamedText {
  readonly path: string;
  /** The key, or the name next to a value in a list. */
  readonly name: string;
  /** Undefined while it is unknown in a preview. */
  readonly value: string | undefined;
}

/** What Secrets Manager keeps, and parameters that are encrypted. */
function isKept(type: string, block: Readonly<Record<string, unknown>>): boolean {
  return (
    type.startsWith("aws:secretsmanager/") ||
    (type === "aws:ssm/parameter:Parameter" && known(() => block["type"]) === "SecureString")
  );
}

function* textsIn(block: object, type: string, path = ""): Iterable<NamedText> {
  const values = block as Readonly<Record<string, unknown>>;
  if (path === "" && isKept(type, values)) {
    return;
  }
  const beside = known(() => values["name"] ?? values["parameterName"]);
  const isReference = /^(SECRETS_MANAGER|PARAMETER_STORE)$/.test(
    String(known(() => values["type"])),
  );
  for (const key of Object.keys(block)) {
    const read = boxed(values, key);
    const value = read?.value;
    const place = Array.isArray(block) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    const isPair = /^(value|parameterValue)$/.test(key) && typeof beside === "string";
    if ((!read || typeof value === "string") && !(isPair && isReference)) {
      yield { path: place, name: isPair ? beside : key, value: value as string | undefined };
    }
    const content = contentOf(value);
    if (content instanceof Object && !key.startsWith("__")) {
      yield* textsIn(content, type, place);
    }
  }
}

/** The content of JSON text, such as an ECS task's containers; any other value as it is. */
function contentOf(value: unknown): unknown {
  return typeof value === "string" && /^\s*[[{]/.test(value) ? (fromJson(value) ?? value) : value;
}

/** Names of properties that only sound like secrets. */
const publicNames = /^(nextToken|clientToken|clientRequestToken|publicKey)$/i;

function isSecretName(name: string): boolean {
  return secretName.test(name) && !publicNames.test(name);
}

function isSecret(name: string, value: string): boolean {
  const text = decoded(name, value);
  return (
    secretValues.some((pattern) => pattern.test(text)) ||
    (isSecretName(name) && !harmlessValue.test(value)) ||
    (/\s/.test(text) &&
      [...text.matchAll(assignment)].some(
        ([, key = "", assigned = ""]) => secretName.test(key) && !harmlessValue.test(assigned),
      ))
  );
}

function decoded(name: string, value: string): string {
  return /base64$/i.test(name) || (/userData/i.test(name) && /^[A-Za-z0-9+/]{16,}=*$/.test(value))
    ? Buffer.from(value, "base64").toString("utf8")
    : value;
}
