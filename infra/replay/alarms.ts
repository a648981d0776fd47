import type * as pulumi from "@pulumi/pulumi";
import { type Alarm, reading } from "../watch/alarm";

/** A replay host to be watched. */
export interface WatchedHost {
  readonly instanceId: pulumi.Input<string>;
}

/** Does the host live? What it sends shows in the alarms of the stream. */
export function hostAlarms({ instanceId }: WatchedHost): Alarm[] {
  return [
    {
      name: "host-status",
      description:
        "The replay host fails the checks of EC2, or is gone. Replace it (`pulumi up --refresh`, with `--replace` while it exists): a replay of replayInput continues, another one with --resume.",
      value: reading("host", "StatusCheckFailed", { InstanceId: instanceId }, "Maximum"),
      threshold: 1,
      periodSeconds: 60,
      periods: 2,
      missing: "breaching",
    },
  ];
}
