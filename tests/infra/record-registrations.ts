import { writeFileSync } from "node:fs";
import { recordedStacks, registrationHashes, registrationsFile } from "../support/registrations";

async function main(): Promise<void> {
  const hashes: Record<string, unknown> = {};
  for (const stack of recordedStacks) hashes[stack] = await registrationHashes(stack);
  writeFileSync(registrationsFile, `${JSON.stringify(hashes, null, 2)}\n`);
}

void main();
