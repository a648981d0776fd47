import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const LOOPBACK = "127.0.0.1";
/** Below the ranges of outgoing connections (Linux: from 32,768), one of which could take a port before its service. */
const [FIRST, LAST] = [15_000, 29_999];
const ATTEMPTS = 100;

/** Free ports on 127.0.0.1, one per name; the port of an earlier run while it is free. */
export async function freePorts<Name extends string>(
  names: readonly Name[],
  earlier: Readonly<Record<string, number>> = {},
): Promise<Record<Name, number>> {
  // All are held until the last is found: no two are the same.
  const servers: Server[] = [];
  try {
    const ports: [Name, number][] = [];
    for (const name of names) {
      const known = earlier[name];
      const server = await listenFirst(known === undefined ? somePorts() : [known, ...somePorts()]);
      servers.push(server);
      ports.push([name, (server.address() as AddressInfo).port]);
    }
    return Object.fromEntries(ports) as Record<Name, number>;
  } finally {
    await Promise.all(servers.map(close));
  }
}

/** The ports that the last run in a folder had, where they are free: addresses in the stack's state stay true. */
export async function rememberedPorts<Name extends string>(
  folder: string,
  names: readonly Name[],
): Promise<Record<Name, number>> {
  const file = path.join(folder, "ports.json");
  const earlier = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, number>)
    : {};
  const ports = await freePorts(names, earlier);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(ports));
  return ports;
}

/** Reason why a port is not free, its owner and the fix. @param option that changes the port, such as --port */
export async function portProblem(
  port: number,
  purpose: string,
  option: string,
): Promise<string | undefined> {
  try {
    await close(await listen(port));
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE") {
      return `Port ${port} for ${purpose} cannot be opened (${code ?? String(error)}); choose another with ${option}.`;
    }
    const owner = (await ownerOf(port)) ?? "another process";
    return `Port ${port} for ${purpose} is in use by ${owner}; end it, or choose another with ${option}.`;
  }
}

function* somePorts(): Generator<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) yield randomInt(FIRST, LAST + 1);
}

/** Listens on the first of some ports that is free. */
async function listenFirst(ports: Iterable<number>): Promise<Server> {
  let problem: unknown;
  for (const port of ports) {
    try {
      return await listen(port);
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
}

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, LOOPBACK);
  await once(server, "listening");
  return server;
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, "close");
}

/** Linux has `ss`, macOS has `lsof`; without either the owner stays unknown. */
async function ownerOf(port: number): Promise<string | undefined> {
  const ss = await output("ss", ["-Hltnp", `sport = :${port}`]);
  const [, name, pid] = /users:\(\("([^"]+)",pid=(\d+)/.exec(ss) ?? [];
  if (name !== undefined && pid !== undefined) return `${name} (pid ${pid})`;
  const lsof = await output("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"]);
  const [, lsofPid, lsofName] = /^p(\d+)\nc(.+)$/m.exec(lsof) ?? [];
  return lsofPid === undefined ? undefined : `${lsofName ?? "a process"} (pid ${lsofPid})`;
}

async function output(command: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(command, [...args], { timeout: 5_000 })).stdout;
  } catch {
    return "";
  }
}
