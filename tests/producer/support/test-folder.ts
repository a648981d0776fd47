import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for the files of a test, another one for each test. */
export function testFolder() {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "producer-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  return {
    pathOf: (name: string): string => join(folder, name),
    /** Writes a file. @returns its path */
    put: (name: string, content: string | Uint8Array): string => {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    },
  };
}
