import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { format, resolveConfig } from "prettier";
import { families } from "../pack";
import { policyReference } from "./reference";

/** Where the documentation of the pack lies. */
export const documentationPath = resolve(__dirname, "../..", "docs", "policies.md");

/** The documentation as it should be: rendered from the pack and formatted like every other file. */
export async function documentation(): Promise<string> {
  const options = await resolveConfig(documentationPath);
  return await format(policyReference(Object.values(families)), {
    ...options,
    filepath: documentationPath,
  });
}

if (require.main === module) {
  void documentation().then((text) => writeFile(documentationPath, text));
}
