import type { IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import type { ActionsStatus } from "../status/pipeline-status";

/** What a viewer the pipeline can do to it. Every promise rejects with a message for that person. */
export interface PipelineActions {
  readonly faults: readonly { readonly name: string; readonly description: string }[];
  pause(paused: boolean): Promise<void>;
  /** @param speedup seconds of event time replayed in a second, 1 to 1000000 */
  changeSpeedup(speedup: number): Promise<void>;
  /** @param shards at most twice and at least half of what the stream has */
  reshard(shards: number): Promise<void>;
  /** Lets a fault of `faults` happen now; resolves when it is over. */
  injectFault(name: string): Promise<void>;
  state(): {
    readonly paused: boolean;
    readonly speedup: number;
    readonly faults: readonly string[];
  };
}

const LONGEST_BODY = 1000;

type Body = Readonly<Record<string, unknown>>;

/** What each address below /actions/ does. Undefined stands for a body that it cannot use. */
const ROUTES: Readonly<
  Record<string, (actions: PipelineActions, body: Body) => Promise<void> | undefined>
> = {
  pause: (actions, { paused }) => (typeof paused === "boolean" ? actions.pause(paused) : undefined),
  speedup: (actions, { speedup }) =>
    isWhole(speedup, 1_000_000) ? actions.changeSpeedup(speedup) : undefined,
  reshard: (actions, { shards }) => (isWhole(shards, 10_000) ? actions.reshard(shards) : undefined),
  fault: (actions, { name }) =>
    actions.faults.some((fault) => fault.name === name)
      ? actions.injectFault(String(name))
      : undefined,
};

const WANTED: Readonly<Record<string, string>> = {
  pause: '{"paused": true or false}',
  speedup: '{"speedup": a whole number from 1 to 1000000}',
  reshard: '{"shards": a whole number from 1 to 10000}',
  fault: '{"name": one of the faults of /status.json}',
};

/** Carries out a POST to /actions/… from the page itself, until it is done; other origins and types are refused. */
export async function carryOut(
  request: IncomingMessage,
  action: string,
  actions: PipelineActions,
): Promise<{ readonly status: number; readonly content: object }> {
  const { origin, host } = request.headers;
  if (host === undefined || origin !== `http://${host}`) {
    return problem(403, "Only the page itself may ask for this");
  }
  if (request.headers["content-type"]?.split(";")[0] !== "application/json") {
    return problem(415, "The body must be application/json");
  }
  const route = Object.hasOwn(ROUTES, action) ? ROUTES[action] : undefined;
  if (route === undefined) {
    return problem(404, `No action is called so; there are ${Object.keys(ROUTES).join(", ")}`);
  }
  const body = await bodyOf(request);
  const done = body && route(actions, body);
  if (done === undefined) return problem(400, `The body must be ${WANTED[action] ?? "JSON"}`);
  try {
    await done;
  } catch (error) {
    return problem(409, error instanceof Error ? error.message : String(error));
  }
  return { status: 200, content: actionsStatus(actions) };
}

export function actionsStatus(actions: PipelineActions): ActionsStatus {
  const { paused, speedup, faults } = actions.state();
  return {
    paused,
    speedup,
    faults: actions.faults.map((fault) => ({ ...fault, active: faults.includes(fault.name) })),
  };
}

function isWhole(value: unknown, max: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= max;
}

function problem(status: number, message: string) {
  return { status, content: { message } };
}

/** The JSON object of a request; undefined when it is none, or too long. */
async function bodyOf(request: IncomingMessage): Promise<Body | undefined> {
  if (Number(request.headers["content-length"] ?? Infinity) > LONGEST_BODY) return undefined;
  const value: unknown = await json(request).catch(() => undefined);
  return typeof value === "object" && value !== null ? (value as Body) : undefined;
}
