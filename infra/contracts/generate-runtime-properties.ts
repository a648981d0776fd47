import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { compile } from "json-schema-to-typescript";

const root = resolve(__dirname, "../..");
const schemaPath = "flink-job/src/main/resources/runtime-properties.schema.json";
const generatedPath = "infra/contracts/runtime-properties.generated.ts";

/** Renders the job's contract as TypeScript. */
export async function renderRuntimeProperties(): Promise<string> {
  const schema = JSON.parse(readFileSync(resolve(root, schemaPath), "utf8")) as Parameters<
    typeof compile
  >[0];
  return compile(schema, "RuntimeProperties", {
    bannerComment: `// Made from ${schemaPath} by \`npm run generate\`; not to be edited.`,
    style: { printWidth: 100 },
  });
}

if (require.main === module) {
  void renderRuntimeProperties().then((text) => {
    writeFileSync(resolve(root, generatedPath), text);
  });
}
