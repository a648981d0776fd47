import { readFileSync } from "node:fs";
import path from "node:path";
import { PolicyPack } from "@pulumi/policy";
import { configurationProblems } from "./configuration";
import { policies } from "./pack";
import manifest from "./package.json";

// The engine hands the pack the entries of policies that it knows. Where the environment names the file, all of it is
// checked before anything is judged.
const files = (process.env["PULUMI_OPTION_POLICY_PACK_CONFIG"] ?? "").split(",").filter(Boolean);
const problems = files.flatMap((file) => {
  try {
    return configurationProblems(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // The engine says itself that it cannot read the file; its folder is not the pack's.
    return [];
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
