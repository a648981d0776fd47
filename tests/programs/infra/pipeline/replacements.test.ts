import { expect } from "chai";
import { factsOf, type PropertyFacts } from "../../../../local/provider/facts";
import { stackDeployment } from "../../../support/stack-deployment";

/** What holds data, with the properties of ours whose change would make AWS replace it, without that data. */
const replacements = {
  "aws:cognito/userPool:UserPool": [],
  "aws:kinesis/stream:Stream": ["name"],
  "aws:kinesisanalyticsv2/application:Application": ["name"],
  "aws:kms/key:Key": [],
  "aws:opensearch/domain:Domain": ["domainName", "encryptAtRest.kmsKeyId", "vpcOptions"],
  "aws:s3/bucket:Bucket": ["bucket"],
} as const;

/** Everything that a stack can have. */
const everything = {
  workload: "./workloads/trades",
  resultsArchived: true,
  searchEvents: true,
  searchSignInPrefix: "trades",
  streamFanOut: true,
  streamMaxRecordKiB: 2048,
  jobArchive: true,
  flinkRestore: "LatestSnapshot",
};

/** Names that are not set: Pulumi makes them from the logical name, which must not change either. */
const autoNamed = ["name", "bucket"];

function replacing(
  facts: PropertyFacts,
  inputs: Readonly<Record<string, unknown>>,
  above = "",
): string[] {
  return Object.entries(facts).flatMap(([name, { input, replaces, properties }]) => {
    if (input !== true || (!(name in inputs) && !autoNamed.includes(above + name))) return [];
    if (replaces === true) return [above + name];
    const value = inputs[name];
    return properties !== undefined && typeof value === "object" && value !== null
      ? replacing(properties, value as Record<string, unknown>, `${above}${name}.`)
      : [];
  });
}

describe("What holds data", () => {
  it("is replaced, in prod, by a change of these properties and no others", async function () {
    this.timeout(30_000);
    const { resources } = await stackDeployment("prod", everything);
    for (const [type, expected] of Object.entries(replacements)) {
      const found = resources.filter((resource) => resource.type === type);
      expect(found, type).not.to.be.empty;
      for (const { inputs, name } of found) {
        expect(replacing(factsOf(type), inputs), `${type} ${name}`).to.have.members([...expected]);
      }
    }
  });
});
