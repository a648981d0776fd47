import { readFileSync } from "node:fs";
import path from "node:path";
import { PolicyPack } from "@pulumi/policy";
import { configurationProblems } from "./configuration";
import { configuredFiles } from "./configured-files";
import { policies } from "./pack";
import manifest from "./package.json";

// All of the configuration is checked before anything is judged, names of policies that do not exist included.
const problems = configuredFiles(__dirname).flatMap((file) => {
  try {
    return configurationProblems(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    return [`${file} must be a JSON file: ${(error as Error).message}`];
  }
});
if (problems.length > 0) {
  process.stderr.write(
    `The configuration of streaming-policies is wrong:\n${problems.join("\n")}\n`,
  );
  process.exit(1);
}

// Without a level of its own a pack only advises.
new PolicyPack("streaming-policies", {
  description: manifest.description,
  displayName: "Streaming on AWS",
  enforcementLevel: "mandatory",
  policies: [...policies],
  provider: "aws",
  readme: readFileSync(path.join(__dirname, "README.md"), "utf8"),
  repository: manifest.homepage,
  tags: ["aws", "kinesis", "flink", "opensearch"],
});
