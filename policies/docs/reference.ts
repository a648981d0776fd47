import { controls, reasons } from "./controls";
import { exceptions } from "../engine/exceptions";
import type { PolicyFamily } from "../pack";
import type { StreamingPolicy } from "../engine/policy";
import type { Setting } from "../engine/setting-schema";

const introduction = `<!-- Made from policies/ by npm run docs:policies; not to be edited. -->

# Policies

The pack \`streaming-policies\` judges what a Pulumi program declares before anything is created. It knows resources of
AWS and nothing of this program, so it serves any other as well:

\`\`\`sh
pulumi preview --policy-pack policies --policy-pack-config policies/limits.dev.json
\`\`\`

Every policy is mandatory, save one that only informs: one violation stops the preview and the update. A message names
the resource, the fact, the limit, the fix and its section here.

## Always on

\`npm run preview\` and \`npm run local\` hand the pack to the engine themselves. For \`pulumi preview\` and \`pulumi up\`
two variables of the environment do, so that nobody has to remember the options:

\`\`\`sh
export PULUMI_OPTION_POLICY_PACK=policies
export PULUMI_OPTION_POLICY_PACK_CONFIG=policies/limits.prod.json
\`\`\`

## In another repository

\`npm pack -w policies\` makes a tarball with the pack compiled, which judges any program in any language; how to install,
use and publish it is in [the pack's README](../policies/README.md).

## Configuration

Without configuration the defaults below hold; they are the strict ones. A file such as
[limits.prod.json](../policies/limits.prod.json) holds what an environment decides otherwise, by policy:

\`\`\`json
{
  "kinesis-stream-shard-limit": { "maxShards": 8 },
  "ec2-instance-size-limit": { "enforcementLevel": "advisory" }
}
\`\`\`

A value of the wrong type or out of range, a key that a policy does not have and a floor above its ceiling are errors.
The engine passes over the name of a policy that does not exist; for the files in this repository a test looks for it.

## Exceptions

A resource that has to break a policy for some time is named in the policy's \`exceptions\`, by its name in the program
or by its URN:

\`\`\`json
{
  "kinesis-stream-shard-limit": {
    "exceptions": [
      { "resource": "events", "reason": "Marathon weekend, OPS-142", "expires": "2026-11-02" }
    ]
  }
}
\`\`\`

Until the end of that day, in UTC, the violation is reported as advice, with reason and date; \`npm run preview\` prints it
under the plan. The day after it is a violation again.

## What a preview cannot know

A value that depends on a resource yet to be made is unknown in a preview.

- Keys, roles and log groups are judged by whether they are set, and what belongs to what by the engine's record of what
  each property is made of.
- The document of an IAM policy is judged once it is known: in a preview of a stack that exists, else in the update, which
  judges every resource before it makes it. \`policy-document-unknown\` says in a preview which documents those are; the
  engine does not count the policies about them as passed.
- Where a number or a switch is unknown the engine says "can't run policy" instead of a verdict, and \`npm run preview\`
  refuses: declare those as plain values.

The endpoints of Kinesis, Firehose, SNS, KMS, Lambda and CloudWatch take no plain HTTP; there is no policy for what
cannot be declared otherwise. How long a domain keeps an index is decided in the domain, not by a resource.

## Costs

\`stack-monthly-cost\` adds up what the resources of a stack cost because they are there, at the list prices of
[prices.json](../policies/cost/prices.json), each with its date and source. What depends on traffic no program tells:
\`npm run capacity\` reckons it with the same prices.
`;

/** The documentation of a pack in Markdown, from what its policies say about themselves. */
export function policyReference(families: readonly PolicyFamily[]): string {
  return [
    introduction,
    "## Overview",
    "| Policy | Rule | Severity | Security Hub |\n| --- | --- | --- | --- |",
    ...families.flatMap(({ policies }) =>
      policies.map(({ text: { name, rule, severity, controls = [] } }) =>
        row(`[${name}](#${name})`, rule, severity, controls.join(", ")),
      ),
    ),
    ...families.flatMap(({ title, policies }) => ["", `## ${title}`, ...policies.map(section)]),
    controlTable(families.flatMap(({ policies }) => policies)),
  ].join("\n");
}

function section({ text, configSchema }: StreamingPolicy): string {
  const properties = (configSchema?.properties ?? {}) as Readonly<Record<string, Setting<unknown>>>;
  const settings = Object.entries(properties).filter(([, setting]) => setting !== exceptions);
  return [
    "",
    `### ${text.name}`,
    `**${text.rule}** ${text.reason}${text.level === undefined ? "" : " It only informs."}`,
    text.fix,
    ...(text.source === undefined ? [] : [`AWS documentation: <${text.source}>`]),
    ...(settings.length === 0 ? [] : [settingsTable(settings)]),
  ].join("\n\n");
}

function controlTable(policies: readonly StreamingPolicy[]): string {
  const rows = Object.entries(controls).map(([id, title]) => {
    const implementing = policies.filter(({ text }) => text.controls?.includes(id));
    const links = implementing.map(({ name }) => `[${name}](#${name})`).join(", ");
    return row(id, title, links === "" ? (reasons[id] ?? "") : links);
  });
  return [
    "",
    "## Security Hub",
    "",
    "Every control of [AWS Security Hub](https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html) about the kinds of resources above: the policies whose defaults satisfy it, or why there is none.",
    "",
    "| Control | Says | Policy |\n| --- | --- | --- |",
    ...rows,
  ].join("\n");
}

function settingsTable(settings: readonly (readonly [string, Setting<unknown>])[]): string {
  return [
    "| Setting | Meaning | Allowed | Default |\n| --- | --- | --- | --- |",
    ...settings.map(([name, setting]) =>
      row(
        `\`${name}\``,
        setting.description,
        allowed(setting),
        `\`${JSON.stringify(setting.default)}\``,
      ),
    ),
  ].join("\n");
}

function allowed({ type, items, minimum, maximum }: Setting<unknown>): string {
  switch (type) {
    case "integer":
      return maximum === undefined ? `${minimum ?? ""} or more` : `${minimum ?? ""} to ${maximum}`;
    case "boolean":
      return "true, false";
    case "array":
      return items instanceof Object && "type" in items && items.type === "integer"
        ? "list of numbers"
        : "list of texts";
    default:
      return "text";
  }
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
