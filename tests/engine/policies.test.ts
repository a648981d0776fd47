import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { program } from "../../infra/program";
import { type OperationResult, projectPack, unjudged } from "../../local/engine/policy-pack";
import { EngineError, openStack } from "../../local/engine/stack";
import { KNOWN_TYPES } from "../../local/provider/facts";
import { policies } from "../../policies/pack";
import { type Addition, additions, resourceMutations, stackMutations } from "../policies/mutations";
import { fixtureRoot, requireEngine } from "./engine";
import { insecureDomain } from "./foreign/insecure-domain";
import { overScaledApplication } from "./foreign/over-scaled-application";
import { plainStream } from "./foreign/plain-stream";
import {
  batches,
  missingFixtures,
  mutatedProgram,
  type Placed,
  type Planned,
} from "./mutated-program";

type Limits = Readonly<Record<string, unknown>>;

interface Run {
  readonly program: PulumiFn;
  readonly stack: string;
  readonly operation?: "preview" | "up";
  /** Configuration of the pack over the stack's; `undefined` takes the defaults alone. */
  readonly limits?: Limits;
  readonly root?: string;
}

describe("the policy pack in the real engine", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "policies-test-"));
  let runs = 0;
  before(requireEngine);
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** What a new account's first preview or update came to, be it refused. */
  async function run({ program, stack, operation = "preview", limits, root }: Run) {
    const number = runs++;
    const configFile = path.join(folder, `limits-${number}.json`);
    writeFileSync(configFile, JSON.stringify(limits ?? {}));
    const opened = await openStack({
      stack,
      program,
      backendFolder: path.join(folder, `backend-${number}`),
      policyPack: { ...projectPack(stack), configFile },
      isThrowaway: true,
      ...(root !== undefined && { root }),
    });
    try {
      return operation === "up" ? await opened.up({ isAccepted: true }) : await opened.preview();
    } catch (error) {
      if (error instanceof EngineError && error.result.violations.some(isMandatory)) {
        return error.result;
      }
      throw error;
    } finally {
      opened.close();
    }
  }

  const previews = new Map<string, Promise<OperationResult>>();

  /** A preview of a stack of the project with its limits; the same one in each test of the same provider. */
  async function previewOf(stack: string): Promise<OperationResult> {
    const key = `${stack} ${String(process.env["LOCAL_PROVIDER_UNKNOWN_COMPUTED"])}`;
    const made = previews.get(key) ?? run({ program: pipeline, stack, limits: limitsOf(stack) });
    previews.set(key, made);
    return made;
  }

  for (const stack of ["dev", "prod"]) {
    it(`judges a preview of ${stack} by the published provider, which knows less, like any other`, async () => {
      process.env["LOCAL_PROVIDER_UNKNOWN_COMPUTED"] = "1";
      try {
        const { violations } = await previewOf(stack);
        expect(violations.map(summary)).to.satisfy((all: string[]) =>
          all.every((one) => one.startsWith(`advisory ${informing}`)),
        );
        const tight = { ...limitsOf(stack), "stack-monthly-cost": { maxMonthlyUsd: 1 } };
        const refused = await run({ program: pipeline, stack, limits: tight });
        expect(refused.violations.filter(isMandatory).map(({ name }) => name)).to.deep.equal([
          "stack-monthly-cost",
        ]);
      } finally {
        delete process.env["LOCAL_PROVIDER_UNKNOWN_COMPUTED"];
      }
    });

    it(`accepts a preview of ${stack}, and leaves nothing unjudged but documents`, async () => {
      const { violations } = await previewOf(stack);
      expect(violations.map(summary)).to.satisfy((all: string[]) =>
        all.every((one) => one.startsWith(`advisory ${informing}`)),
      );
    });

    it(`accepts an update of ${stack}, in which every document is known`, async () => {
      const { violations } = await run({
        program: pipeline,
        stack,
        operation: "up",
        limits: limitsOf(stack),
      });
      expect(violations.map(summary)).to.be.empty;
    });
  }

  for (const mode of [
    "as this provider computes it",
    "as the published provider leaves it unknown",
  ])
    describe(`with prod and one setting changed, ${mode}`, () => {
      const isKnown = mode.includes("computes");
      before(() => {
        if (!isKnown) process.env["LOCAL_PROVIDER_UNKNOWN_COMPUTED"] = "1";
      });
      after(() => {
        delete process.env["LOCAL_PROVIDER_UNKNOWN_COMPUTED"];
      });
      let earlier: ReadonlySet<string>;
      let passes: OperationResult["passes"];
      let planned: readonly Planned[];
      let fixtures: ReturnType<typeof missingFixtures>;

      it("accepts the program and, beside it, what it has none of", async () => {
        const own = await previewOf("prod");
        fixtures = missingFixtures(resources(own));
        const all = await run({
          program: mutatedProgram(fixtures, []),
          stack: "prod",
          limits: limitsOf("prod"),
        });
        planned = resources(all);
        passes = all.passes;
        earlier = new Set(all.violations.map(pair));
        const ownViolations = new Set(own.violations.map(pair));
        expect(
          all.violations
            .filter(isMandatory)
            .map(pair)
            .filter((one) => !ownViolations.has(one)),
        ).to.deep.equal([]);
      });

      for (const [kind, mutations] of [
        ["a resource", resourceMutations],
        ["the stack", stackMutations],
      ] as const) {
        it(`refuses each change to ${kind} by exactly the policy that it is meant for`, async () => {
          const placed = batches(mutations, planned);
          // What must not be there comes with the first program of changes to the stack.
          const added = kind === "the stack" ? knownAdditions : [];
          expect(placed.flat().map(({ mutation }) => mutation.policy)).to.have.members(
            mutations
              .map(({ policy }) => policy)
              .filter((policy) => !unknownTypes.includes(policy)),
          );
          for (const [index, batch] of placed.entries()) {
            const extra = index === 0 ? added : [];
            const result = await run({
              program: mutatedProgram(
                [...fixtures, ...extra.map(({ resource }) => resource)],
                batch,
              ),
              stack: "prod",
              // All changes together may cost more than each is meant to. As advice a verdict does not keep the engine
              // from what depends on the resource, so that one run has them all.
              limits: advising(
                withLimits(
                  { ...limitsOf("prod"), "stack-monthly-cost": { maxMonthlyUsd: 1_000_000 } },
                  batch,
                ),
              ),
            });
            const unjudgedNames = unjudged(result).join("\n");
            const found = result.violations.filter(
              ({ message, ...one }) =>
                one.name !== informing &&
                !earlier.has(pair({ ...one, message })) &&
                !message.includes("can't run policy"),
            );
            const expected = [
              ...extra.map(({ policy }) => policy),
              ...batch.map(({ mutation, target }) =>
                target === undefined || mutation.limits !== undefined || kind === "the stack"
                  ? mutation.policy
                  : `${mutation.policy} ${target.name}`,
              ),
            ];
            const refusals = found.map((one) => attributed(one, batch, extra));
            if (isKnown) {
              expect([...new Set(refusals)].sort()).to.deep.equal(expected.sort());
              continue;
            }
            // What is unknown keeps a policy from a verdict; it must not count as passed then.
            expect(expected).to.include.members(refusals);
            for (const missing of expected.filter((one) => !refusals.includes(one))) {
              const [name = ""] = missing.split(" ");
              const isUndecided =
                unjudgedNames.includes(`'${name}'`) ||
                (result.passes[name] ?? 0) < (passes[name] ?? 0);
              expect(isUndecided, `${missing} counts as passed`).to.equal(true);
            }
          }
        });
      }
    });

  describe("on programs that know nothing of it", () => {
    for (const [title, foreign, expected] of [
      [
        "a plain stream",
        plainStream,
        [
          "kinesis-stream-alarms clicks",
          "kinesis-stream-encryption clicks",
          "kinesis-stream-retention clicks",
          "kinesis-stream-shard-level-metrics clicks",
          "lambda-event-source-failures reader",
          "required-tags clicks",
          "stateful-resource-protection clicks",
        ],
      ],
      [
        "an insecure domain",
        insecureDomain,
        [
          "ec2-security-group-open-ingress search",
          "iam-resource-policy-public-access search",
          "opensearch-domain-access-control search",
          "opensearch-domain-alarms search",
          "opensearch-domain-dedicated-masters search",
          "opensearch-domain-encryption-at-rest search",
          "opensearch-domain-https search",
          "opensearch-domain-instance-families search",
          "opensearch-domain-logs search",
          "opensearch-domain-node-to-node-encryption search",
          "opensearch-domain-software-updates search",
          "opensearch-domain-vpc search",
          "opensearch-domain-zones search",
        ],
      ],
      [
        "an over-scaled application",
        overScaledApplication,
        [
          "flink-application-alarms fraud",
          "flink-application-kpu-limit fraud",
          "flink-application-parallelism-limit fraud",
          "flink-application-parallelism-shards fraud",
          "flink-kpu-quota fraud",
          "kinesis-stream-alarms payments",
          "stack-monthly-cost fraud",
        ],
      ],
    ] as const) {
      it(`reports of ${title} what is wrong with it, and nothing else`, async () => {
        const { violations } = await run({
          program: async () => {
            foreign();
            return Promise.resolve({});
          },
          stack: "dev",
          root: fixtureRoot,
        });
        const mandatory = violations.filter(isMandatory);
        expect([...new Set(mandatory.map(pair))].sort()).to.deep.equal([...expected]);
        expect(violations.map(({ message }) => message).join()).not.to.include("can't run policy");
      });
    }
  });
});

/** Policies whose type the local provider does not know; tests/sweeps/policies/mutations.test.ts covers them. */
const unknownTypes = [
  "apigateway-domain-tls",
  "codebuild-report-encryption",
  "ebs-volume-encryption",
  "ec2-network-acl-admin-ports",
  "glue-job-version",
  "iam-permission-public-access",
  "lambda-function-url-authorization",
  "opensearch-collection-public-access",
  "s3-access-point-public-access-block",
  "s3-bucket-acl",
  "secretsmanager-secret-rotation",
];

/** The policy that only informs. */
const informing = "policy-document-unknown";

const knownAdditions = additions.filter(({ resource }) => KNOWN_TYPES.includes(resource.type));

const pipeline: PulumiFn = async () => Promise.resolve(program());

function limitsOf(stack: string): Limits {
  const { configFile } = projectPack(stack);
  return JSON.parse(readFileSync(configFile, "utf8")) as Limits;
}

function withLimits(limits: Limits, batch: readonly Placed[]): Limits {
  return batch.reduce<Limits>(
    (result, { mutation: { policy, limits: own } }) =>
      own === undefined
        ? result
        : { ...result, [policy]: { ...(result[policy] as Limits | undefined), ...own } },
    limits,
  );
}

function advising(limits: Limits): Limits {
  return Object.fromEntries(
    policies.map(({ name }) => [
      name,
      { ...(limits[name] as Limits | undefined), enforcementLevel: "advisory" },
    ]),
  );
}

function isMandatory({ enforcementLevel }: Violation): boolean {
  return enforcementLevel === "mandatory";
}

type Violation = OperationResult["violations"][number];

function resources({ resources: steps }: OperationResult): readonly Planned[] {
  return steps
    .map(({ urn, type }) => ({ type, name: urn.split("::")[3] ?? "" }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

function pair({ name, resource }: Violation): string {
  return `${name} ${resource.split("::")[3] ?? ""}`;
}

/** Changed limits, and changes to what belongs together, are seen at other resources than the one that changed. */
function attributed(
  violation: Violation,
  batch: readonly Placed[],
  extra: readonly Addition[],
): string {
  const cause = batch.find(({ mutation }) => mutation.policy === violation.name)?.mutation;
  const isElsewhere =
    cause?.limits !== undefined ||
    stackMutations.some((one) => one === cause) ||
    extra.some(({ policy }) => policy === violation.name);
  return isElsewhere ? violation.name : pair(violation);
}

function summary(violation: Violation): string {
  return `${violation.enforcementLevel} ${pair(violation)}: ${violation.message}`;
}
