import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { Tell } from "../machine/steps";

const INTERVAL_MILLISECONDS = 5_000;

/** Reports every few seconds how many resources the engine has planned or made. */
export function deployProgress(
  tell: Tell,
  now: () => number = () => performance.now(),
): (event: EngineEvent) => void {
  let [resources, told] = [0, now()];
  return ({ preludeEvent, resOutputsEvent }) => {
    if (preludeEvent !== undefined) resources = 0;
    if (resOutputsEvent === undefined) return;
    resources++;
    if (now() - told < INTERVAL_MILLISECONDS) return;
    told = now();
    const noun = resources === 1 ? "resource" : "resources";
    tell(`${resources} ${noun} ${resOutputsEvent.planning === true ? "planned" : "made"}`);
  };
}
