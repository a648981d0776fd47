import type { ConfigReader } from "../core/config-reader";
import type { Workload } from "../contracts/workload";
import { inputUrl, limits, replayInstanceType, sshPublicKey } from "../core/limits";
import { cidr } from "../core/validate";
import type { ReplayHostArgs } from "./host";
import type { NetworkConfig } from "../network/config";

/** The replay host of a stack, what it starts automatically and the access from outside. */
export interface ReplayConfig extends Pick<
  ReplayHostArgs,
  "instanceType" | "readableInputs" | "start"
> {
  /** The host reaches the search domain over the network. */
  readonly searchAccess: boolean;
  readonly ssh?: Omit<NonNullable<ReplayHostArgs["ssh"]>, "subnetId">;
}

export function readReplay(read: ConfigReader): ReplayConfig {
  const input = read.optionalForm("replayInput", inputUrl);
  const speedup = read.integer("replaySpeedup", limits.replaySpeedup);
  const publicKey = read.optionalForm("replaySshPublicKey", sshPublicKey);
  const clientCidr = read.optionalForm("replaySshCidr", cidr(limits.sshClientPrefixLength));
  read.problems.require(
    (publicKey === undefined) === (clientCidr === undefined),
    `${read.name("replaySshPublicKey")} and ${read.name("replaySshCidr")} go together: who may come, and from where; one of them is empty`,
  );
  return {
    instanceType: read.form("replayInstanceType", replayInstanceType),
    searchAccess: read.boolean("replaySearchAccess"),
    readableInputs: read.forms("replayReadableInputs", limits.replayReadableInputs, inputUrl),
    ...(input !== undefined && { start: { input, speedup } }),
    ...(publicKey !== undefined && clientCidr !== undefined && { ssh: { publicKey, clientCidr } }),
  };
}

/** A host with a public address needs a public subnet, and generated events are in no file. */
export function checkReplay(
  replay: ReplayConfig,
  workload: Pick<Workload, "name" | "replay"> | undefined,
  network: NetworkConfig,
  read: ConfigReader,
): void {
  const isPossible =
    !("existing" in network) || (network.existing.publicSubnetIds ?? []).length > 0;
  read.problems.require(
    replay.ssh === undefined || isPossible,
    `${read.name("replaySshPublicKey")} needs a public subnet; name one in ${read.name("publicSubnetIds")}`,
  );
  read.problems.require(
    workload?.replay.files !== false || replay.start === undefined,
    `${read.name("replayInput")} must be empty with the workload ${workload?.name ?? ""}, whose events the producer generates`,
  );
}
