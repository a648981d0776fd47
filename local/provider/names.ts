import { createHash } from "node:crypto";

interface NameRule {
  readonly property: string;
  /** Longest name that AWS takes. */
  readonly maxLength?: number;
  readonly prefix?: string;
  readonly lowerCase?: boolean;
  /** Set when the name is the resource's logical name as it is. */
  readonly verbatim?: boolean;
}

const RULES: Readonly<Record<string, NameRule>> = {
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": { property: "policyName" },
  "aws:ec2/keyPair:KeyPair": { property: "keyName" },
  "aws:iam/role:Role": { property: "name", maxLength: 64 },
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": { property: "name", maxLength: 64 },
  "aws:kms/alias:Alias": { property: "name", prefix: "alias/" },
  "aws:lambda/function:Function": { property: "name", maxLength: 64 },
  "aws:opensearch/domain:Domain": { property: "domainName", maxLength: 28, lowerCase: true },
  "aws:s3/bucket:Bucket": { property: "bucket", maxLength: 63, lowerCase: true },
  "aws:s3/bucketObjectv2:BucketObjectv2": { property: "key", verbatim: true },
};

/** Which property of a type holds the physical name that Pulumi makes up when it is left out. */
export function nameRule(type: string): NameRule {
  return RULES[type] ?? { property: "name" };
}

/** What a generated name depends on. */
interface Naming {
  readonly urn: string;
  /** Name of the resource that this one replaces and temporarily coexists with. */
  readonly retired?: string | undefined;
  /** Name by the stack's `pulumi:autonaming`. @default the logical name and seven digits */
  readonly proposedName?: string | null | undefined;
  readonly suffix?: string;
}

/**
 * Physical name as Pulumi generates it. Hexadecimal digits at its end derive from the URN instead of chance, so that
 * two plans of one program are equal.
 *
 * @throws when the name would be longer than AWS takes.
 */
export function autoName(
  type: string,
  { urn, retired, proposedName, suffix = "" }: Naming,
): string {
  const { maxLength = Infinity, prefix = "", lowerCase = false, verbatim = false } = nameRule(type);
  const logical = logicalName(urn);
  if (verbatim && !proposedName) return logical;
  const digits = createHash("sha256")
    .update(`${urn} ${retired ?? ""}`)
    .digest("hex");
  const proposed = proposedName ?? `${logical}-0000000`;
  const base = proposed.replace(/[0-9a-f]{5,}$/, (drawn) => digits.slice(0, drawn.length));
  const name = `${prefix}${lowerCase ? base.toLowerCase() : base}${suffix}`;
  if (name.length > maxLength) {
    throw new Error(
      `the generated name "${name}" has ${name.length} characters; the limit is ${maxLength}. ` +
        `Shorten the resource's name or set ${nameRule(type).property}.`,
    );
  }
  return name;
}

/** Whether a physical name looks like one that {@link autoName} made, under this logical name or an earlier one. */
export function isAutoName(name: unknown): boolean {
  return typeof name === "string" && /.-[0-9a-f]{5}([0-9a-f]{2})?(\.fifo)?$/.test(name);
}

/** The type in a URN, where parents' types come before it. */
export function typeInUrn(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** The name at the end of a URN, which may itself contain `::`. */
export function logicalName(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
