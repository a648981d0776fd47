import path from "node:path";
import { program } from "../../infra/program";
import { projectRoot } from "./command";
import { deploy, type Deployment } from "./mocks";
import { stackConfig } from "./stack-config";

const fixtures = path.join(projectRoot, "tests/infra/fixtures");

/** Programs that stand for the job and the producer. */
export const fixturePaths = {
  jobJar: path.join(fixtures, "job.jar"),
  producer: path.join(fixtures, "producer.ts"),
};

const deployments = new Map<string, Promise<Deployment>>();

/**
 * Runs the program of a stack under mocks, once per process for all tests that read the same stack; what they read is
 * frozen.
 *
 * @param changes keys of the configuration in place of those of the stack
 */
export function stackDeployment(
  stack: string,
  changes: Readonly<Record<string, unknown>> = {},
  preview = false,
): Promise<Deployment> {
  const key = JSON.stringify({ stack, changes, preview });
  const config = stackConfig(stack, changes);
  const deployment =
    deployments.get(key) ??
    deploy(() => program(fixturePaths), { stack, config, preview }).then(frozen);
  deployments.set(key, deployment);
  return deployment;
}

/** The same object, which with the lists and plain objects inside can no longer change. */
function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  Object.values(value).filter(isPlain).forEach(frozen);
  return value;
}

/** Values of Pulumi, such as assets and secrets, are left as they are. */
function isPlain(value: unknown): boolean {
  return (
    Array.isArray(value) ||
    (value instanceof Object && Object.getPrototypeOf(value) === Object.prototype)
  );
}
