import path from "node:path";
import { NodeFunction } from "../../infra/core/node-function";

/** A function from a TypeScript file, with a role, a log and traces of its own. */
export function example(): Record<string, unknown> {
  const { name, versionArn } = new NodeFunction("greeter", {
    description: "Greets",
    entryPath: path.join(__dirname, "../../tests/infra/fixtures/producer.ts"),
    logRetentionDays: 30,
  });
  return { name, versionArn };
}
