import type * as pulumi from "@pulumi/pulumi";
import { type Alarm, alarm, reading } from "../watch/alarm";

/** A replay host to be watched. */
export interface WatchedHost {
  readonly instanceId: pulumi.Input<string>;
}

/** Does the host live? What it sends shows in the alarms of the stream. */
export function hostAlarms({ instanceId }: WatchedHost): Alarm[] {
  const dimensions = { InstanceId: instanceId };
  return [alarm("host-status", reading("host", "StatusCheckFailed", dimensions, "Maximum"))];
}
