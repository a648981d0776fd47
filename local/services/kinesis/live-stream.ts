import {
  type Kinesis,
  type MetricsName,
  ResourceNotFoundException,
  type StreamDescriptionSummary,
} from "@aws-sdk/client-kinesis";
import type { kinesis } from "@pulumi/aws";
import type { Unwrap } from "@pulumi/pulumi";
import { until } from "../../machine/process";

const TIMEOUT_SECONDS = 60;
/** An on-demand stream starts with four shards: https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html */
const ON_DEMAND_SHARDS = 4;

/** A stream as the program declares it, with the defaults of the service. */
export function streamSettings(inputs: Unwrap<kinesis.StreamArgs>) {
  const onDemand = inputs.streamModeDetails?.streamMode === "ON_DEMAND";
  return {
    mode: onDemand ? ("ON_DEMAND" as const) : ("PROVISIONED" as const),
    shards: onDemand ? ON_DEMAND_SHARDS : (inputs.shardCount ?? 0),
    retentionHours: inputs.retentionPeriod ?? 24,
    kmsKey: inputs.encryptionType === "KMS" ? inputs.kmsKeyId : undefined,
    metrics: (inputs.shardLevelMetrics ?? []) as MetricsName[],
    recordKib: inputs.maxRecordSizeInKib ?? 1024,
    warmMibPerSecond: inputs.warmThroughputMibPs,
    tags: inputs.tags ?? {},
  };
}

type StreamSettings = ReturnType<typeof streamSettings>;

/** A stream of a Kinesis API. Every change is done when the stream is active again. */
export class LiveStream {
  readonly #client: Kinesis;
  readonly #name: string;

  constructor(client: Kinesis, name: string) {
    this.#client = client;
    this.#name = name;
  }

  async create({ shards }: Pick<StreamSettings, "shards">): Promise<void> {
    await this.#done(this.#client.createStream({ StreamName: this.#name, ShardCount: shards }));
  }

  /** @param previous - settings before. @default those of a stream that was just created */
  async change(wanted: StreamSettings, previous = streamSettings({})): Promise<void> {
    const client = this.#client;
    const StreamName = this.#name;
    const summary = await this.#active();
    const { StreamARN, RetentionPeriodHours: hours = previous.retentionHours } = summary;
    const { mode, retentionHours, kmsKey, metrics, recordKib, warmMibPerSecond } = wanted;
    if (mode !== previous.mode) {
      const StreamModeDetails = { StreamMode: mode };
      await this.#done(client.updateStreamMode({ StreamARN, StreamModeDetails }));
    }
    if (mode === "PROVISIONED") await this.#reshard(summary, wanted.shards);
    if (retentionHours !== hours) {
      const input = { StreamName, RetentionPeriodHours: retentionHours };
      await this.#done(
        retentionHours > hours
          ? client.increaseStreamRetentionPeriod(input)
          : client.decreaseStreamRetentionPeriod(input),
      );
    }
    if (kmsKey !== previous.kmsKey) {
      const input = { StreamName, EncryptionType: "KMS" as const };
      await this.#done(
        kmsKey === undefined
          ? client.stopStreamEncryption({ ...input, KeyId: previous.kmsKey })
          : client.startStreamEncryption({ ...input, KeyId: kmsKey }),
      );
    }
    const added = metrics.filter((metric) => !previous.metrics.includes(metric));
    const removed = previous.metrics.filter((metric) => !metrics.includes(metric));
    if (added.length > 0) {
      await this.#done(client.enableEnhancedMonitoring({ StreamName, ShardLevelMetrics: added }));
    }
    if (removed.length > 0) {
      await this.#done(
        client.disableEnhancedMonitoring({ StreamName, ShardLevelMetrics: removed }),
      );
    }
    if (recordKib !== previous.recordKib) {
      await this.#done(client.updateMaxRecordSize({ StreamARN, MaxRecordSizeInKiB: recordKib }));
    }
    if (warmMibPerSecond !== undefined && warmMibPerSecond !== previous.warmMibPerSecond) {
      const input = { StreamName, WarmThroughputMiBps: warmMibPerSecond };
      await this.#done(client.updateStreamWarmThroughput(input));
    }
    const { tags } = previous;
    const TagKeys = Object.keys(tags).filter((key) => !(key in wanted.tags));
    const changed = Object.entries(wanted.tags).filter(([key, value]) => tags[key] !== value);
    if (TagKeys.length > 0) await client.removeTagsFromStream({ StreamName, TagKeys });
    if (changed.length > 0) {
      await client.addTagsToStream({ StreamName, Tags: Object.fromEntries(changed) });
    }
  }

  /** Takes it to another number of shards. @throws Error with the limit of one update, when it is exceeded */
  async resize(shards: number): Promise<void> {
    await this.#reshard(await this.#active(), shards);
  }

  async exists(): Promise<boolean> {
    return (await this.#summary()) !== undefined;
  }

  async delete(): Promise<void> {
    if (!(await this.exists())) return;
    await this.#client.deleteStream({ StreamName: this.#name, EnforceConsumerDeletion: true });
    await this.#until("deleted", (summary) => summary === undefined);
  }

  async #reshard(summary: StreamDescriptionSummary, shards: number): Promise<void> {
    const StreamName = this.#name;
    const open = summary.OpenShardCount ?? shards;
    if (shards === open) return;
    // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html
    if (shards > 2 * open || shards < open / 2) {
      throw new Error(
        `Stream ${StreamName} has ${open} shards; one update takes it to ${Math.ceil(open / 2)} at least and ${2 * open} at most, not to ${shards}. Go there in several updates.`,
      );
    }
    const input = { StreamName, TargetShardCount: shards, ScalingType: "UNIFORM_SCALING" as const };
    await this.#done(this.#client.updateShardCount(input));
  }

  /** A change is done when the stream is active again. */
  async #done(change: Promise<unknown>): Promise<void> {
    await change;
    await this.#active();
  }

  async #active(): Promise<StreamDescriptionSummary> {
    const summary = await this.#until("active", (found) => found?.StreamStatus === "ACTIVE");
    if (summary === undefined) throw new Error(`Stream ${this.#name} does not exist`);
    return summary;
  }

  async #until(
    state: string,
    isReached: (summary: StreamDescriptionSummary | undefined) => boolean,
  ): Promise<StreamDescriptionSummary | undefined> {
    let summary: StreamDescriptionSummary | undefined;
    const isInTime = await until(async () => {
      summary = await this.#summary();
      return isReached(summary);
    }, TIMEOUT_SECONDS);
    if (isInTime) return summary;
    throw new Error(
      `Stream ${this.#name} is not ${state} after ${TIMEOUT_SECONDS} s but ${summary?.StreamStatus ?? "gone"}`,
    );
  }

  async #summary(): Promise<StreamDescriptionSummary | undefined> {
    const input = { StreamName: this.#name };
    const output = await this.#client.describeStreamSummary(input).catch(ifFound);
    return output?.StreamDescriptionSummary;
  }
}

/** For `catch`: what is not there is undefined. @throws any other error */
export function ifFound(error: unknown): undefined {
  if (error instanceof ResourceNotFoundException) return undefined;
  throw error;
}
