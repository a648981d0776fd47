import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";

/** Where a reader has come to: by shard, the sequence number up to which everything is done. */
export interface Positions {
  load(): Promise<ReadonlyMap<string, string>>;
  save(positions: ReadonlyMap<string, string>): Promise<void>;
}

/** Positions in a file, which is whole at any time. */
export function positionFile(file: string): Positions {
  return {
    async load() {
      try {
        const positions = JSON.parse(await readFile(file, "utf8")) as Record<string, string>;
        return new Map(Object.entries(positions));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
        throw error;
      }
    },
    async save(positions) {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(`${file}.tmp`, JSON.stringify(Object.fromEntries(positions)));
      await rename(`${file}.tmp`, file);
    },
  };
}
