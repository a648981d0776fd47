import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";
import { fetchJson } from "../../local/status/http";
import { rounded } from "../figures";

const POLL_MILLISECONDS = 1000;
const taskManagers = v.object({ taskmanagers: v.array(v.object({ id: v.string() })) });
const profiles = v.object({
  profilingList: v.array(
    v.object({
      status: v.string(),
      outputFile: v.nullish(v.string()),
      message: v.nullish(v.string()),
    }),
  ),
});
/** A frame of the picture: its row, and from where to where it reaches. */
const FRAME = /^f\((\d+),(\d+),(\d+),\d+,'([^']*)'/gm;

/** What a frame belongs to; the innermost that fits counts. */
const parts = {
  "reading and parsing": /^streaming\/source\/|^streaming\/taxi\/TripParser|software\/amazon/,
  admission: /^streaming\/admission\/|^streaming\/taxi\/TripAdmission/,
  grouping: /^streaming\/taxi\/TripGroup/,
  "windows and scores":
    /^streaming\/(window|taxi)\/|^org\/apache\/flink\/streaming\/runtime\/operators\/windowing\//,
  "documents and requests": /^streaming\/(batch|search|document)\//,
  "exchange between subtasks":
    /^org\/apache\/flink\/(runtime\/io\/network|streaming\/runtime\/io)\//,
  "Java's compilers": /^(CompileBroker|C2Compiler|Compilation)/,
  "Java's garbage collector": /^(GCTaskThread|G1|ConcurrentGC|Serial|VM_G)/,
  "RocksDB's own threads": /^rocksdb::(ThreadPoolImpl|BackgroundJob|DBImpl::Background)/,
} as const;

/**
 * Shares of the first task manager's processor time in percent, by Flink's own profiler:
 * https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/ops/debugging/profiler/
 */
export async function profile(
  flink: string,
  seconds: number,
): Promise<Readonly<Record<string, number>>> {
  const [taskManager] = (await fetchJson(flink, "/taskmanagers", taskManagers)).taskmanagers;
  const where = `/taskmanagers/${taskManager?.id ?? ""}/profiler`;
  const asked = await fetch(flink + where, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ mode: "ITIMER", duration: seconds }),
  });
  if (!asked.ok) throw new Error(`Flink does not profile: ${await asked.text()}`);
  for (;;) {
    await delay(POLL_MILLISECONDS);
    const [latest] = (await fetchJson(flink, where, profiles)).profilingList;
    if (latest?.status === "FAILED") throw new Error(`Flink does not profile: ${latest.message}`);
    if (latest?.status !== "FINISHED") continue;
    const picture = await fetch(`${flink}${where}/${latest.outputFile ?? ""}`);
    return shares(await picture.text());
  }
}

/** @param picture flame graph of async-profiler: frames row by row, each below those that it calls */
export function shares(picture: string): Readonly<Record<string, number>> {
  const rows: { from: number; to: number; part: string }[][] = [];
  const ticks = new Map<string, number>();
  let total = 0;
  for (const [, row = "", left = "", width = "", title = ""] of picture.matchAll(FRAME)) {
    const [level, from, to] = [Number(row), Number(left), Number(left) + Number(width)];
    const caller = rows[level - 1]?.find((frame) => frame.from <= from && to <= frame.to);
    const own = Object.entries(parts).find(([, pattern]) => pattern.test(title))?.[0];
    const frame = { from, to, part: own ?? caller?.part ?? "the rest" };
    (rows[level] ??= []).push(frame);
    if (level === 0) total += to - from;
    // Every frame has its ticks; what it calls takes them away again.
    ticks.set(frame.part, (ticks.get(frame.part) ?? 0) + to - from);
    if (caller !== undefined) ticks.set(caller.part, (ticks.get(caller.part) ?? 0) - (to - from));
  }
  const sorted = [...ticks].filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
  return Object.fromEntries(sorted.map(([part, count]) => [part, rounded((count * 100) / total)]));
}
