import { readFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { load } from "js-yaml";
import { actions, allow, type Statement } from "../core/iam";
import { databaseNameLength, domainNameLength, physicalName } from "../core/names";
import { partitionNames } from "../core/partition";

/** The project and where it is deployed. */
export interface Account {
  /** Name of the project, with which the physical names of its resources begin. */
  readonly project: string;
  readonly partition: pulumi.Input<string>;
  readonly region: pulumi.Input<string>;
  readonly accountId: pulumi.Input<string>;
}

/** A stack, which is named as its environment, and the account that it is deployed to. */
export interface StackAccount extends Account {
  readonly stack: string;
}

/** A statement that allows actions by service, or one as it is. */
type Granted =
  | Statement
  | {
      readonly actions: Readonly<Record<string, string>>;
      readonly resources: string | readonly string[];
      readonly condition?: Statement["Condition"];
    };

/** Statements by what they are for, with `{names}` and the like in place of the stack's own. */
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

/** Permissions of previews and the search for drift; resources that may hold secrets only of the stack. */
export function readStatements(account: StackAccount): pulumi.Output<Statement[]> {
  return statements(granted.read, account);
}

/** Permissions of the search for drift to report on the topic of the stack's tickets. */
export function reportStatements(account: StackAccount): pulumi.Output<Statement[]> {
  return statements(granted.report, account);
}

/** Permissions boundary of the stack's roles: what the program grants them, on the stack's own resources where they have names. */
export function boundaryStatements(account: StackAccount): pulumi.Output<Statement[]> {
  return statements([...named, ...granted.boundary], account);
}

/** Permissions of a deployment; the boundary of the roles that it makes keeps it from reaching more by them. */
export function deployStatements(
  account: StackAccount,
  boundaryArn: pulumi.Input<string>,
): pulumi.Output<Statement[]> {
  return statements([...named, ...granted.deploy], account, boundaryArn);
}
