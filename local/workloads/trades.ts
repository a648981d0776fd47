import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";

import type { Workload } from "../../infra/contracts/workload";
import { expectedTrades } from "../verify/expected-trades";
import { resultIndices } from "../verify/result-document";
import type { LocalWorkload, WorkloadChoices } from "./workload";

const PRODUCER = path.join(__dirname, "../../producer/cli.ts");

/** The first hour of a trading day, for runs that have an end. */
const HOUR = ["--start", "2024-05-06T13:30:00Z", "--duration", "1h"];

/** Trades that the producer makes up, always the same ones. */
export function trades(definition: Workload, { endless }: WorkloadChoices): LocalWorkload {
  const replayArguments = [
    ...definition.replay.arguments,
    "--symbols",
    "10",
    "--trades-per-second",
    "1",
    "--trading-hours",
    endless ? "always" : "09:30-16:00",
    "--seed",
    "1",
    ...(endless ? [] : HOUR),
  ];
  return {
    name: definition.name,
    definition,
    indices: resultIndices.trades,
    input: replayArguments.join(" "),
    replayArguments: () => replayArguments,
    ...(!endless && { aboutRecords: 10 * 3600 }),
    check: () => Promise.resolve("trades of 10 symbols, one a second for each"),
    async expected(settings) {
      const folder = mkdtempSync(path.join(tmpdir(), "trades-"));
      try {
        const file = path.join(folder, "trades.jsonl");
        await generate(replayArguments, file);
        return await expectedTrades(file, settings);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Has the producer write its events to a file instead of a stream. */
async function generate(replayArguments: readonly string[], file: string): Promise<void> {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", PRODUCER, ...replayArguments, "--output", "stdout", "--speedup", "max"],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2_000);
  });
  const ended = once(child, "close");
  await pipeline(child.stdout, createWriteStream(file));
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`The producer did not generate the trades: ${said.trim()}`);
}
