import { findEngine } from "../../local/engine/installation";

/** Where there is no engine and none can be built, each suite says so. */
export async function mochaGlobalSetup(): Promise<void> {
  const onProgress = (message: string): void => {
    process.stderr.write(`${message}\n`);
  };
  await findEngine({ onProgress }).catch(() => undefined);
}
