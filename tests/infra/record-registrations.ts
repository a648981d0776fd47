import { writeFileSync } from "node:fs";
import { picture, pictureFile, widgetsIn } from "../support/dashboard-picture";
import {
  recordedStacks,
  type RegistrationHashes,
  registrationHashes,
  registrationsFile,
} from "../support/registrations";
import { stackDeployment } from "../support/stack-deployment";

/** Records what the stacks register, and draws the dashboard of prod. */
async function main(): Promise<void> {
  const hashes: Record<string, RegistrationHashes> = {};
  for (const stack of recordedStacks) hashes[stack] = await registrationHashes(stack);
  writeFileSync(registrationsFile, `${JSON.stringify(hashes, null, 2)}\n`);
  const dashboard = (await stackDeployment("prod")).one("aws:cloudwatch/dashboard:Dashboard");
  writeFileSync(pictureFile, picture(widgetsIn(dashboard.inputs["dashboardBody"])));
}

void main();
