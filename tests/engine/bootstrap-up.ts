import { LocalWorkspace, PulumiCommand, Stack } from "@pulumi/pulumi/automation";

/** `pulumi up` of the bootstrap in the current folder, by an engine that starts no language host. */
async function up(): Promise<void> {
  const workspace = await LocalWorkspace.create({
    workDir: process.cwd(),
    program: async () => ({ ...(await import("../../infra/bootstrap/index.js")) }),
    pulumiCommand: await PulumiCommand.get({ root: process.env["ENGINE_ROOT"] ?? "" }),
  });
  const stack = await Stack.select("account", workspace);
  await stack.up({ onOutput: (text) => process.stdout.write(text) });
}

void up();
