import { setTimeout as delay } from "node:timers/promises";
import {
  type Kinesis,
  type MetricsName,
  ResourceNotFoundException,
  type StreamDescriptionSummary,
} from "@aws-sdk/client-kinesis";

const POLL_MILLISECONDS = 50;
const TIMEOUT_MILLISECONDS = 60_000;
export const DEFAULT_RETENTION_HOURS = 24;
export const DEFAULT_RECORD_KIB = 1024;

export interface StreamSettings {
  readonly name: string;
  readonly mode: "PROVISIONED" | "ON_DEMAND";
  readonly shards: number;
  readonly retentionHours: number;
  readonly kmsKey: string | undefined;
  readonly metrics: readonly string[];
  readonly recordKib: number;
  readonly warmMibPerSecond: number | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

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

  async change(previous: StreamSettings | undefined, wanted: StreamSettings): Promise<void> {
    const client = this.#client;
    const StreamName = this.#name;
    const summary = await this.#active();
    const { StreamARN, RetentionPeriodHours: hours = DEFAULT_RETENTION_HOURS } = summary;
    const { mode, retentionHours, kmsKey, metrics, recordKib, warmMibPerSecond } = wanted;
    if (mode !== (previous?.mode ?? "PROVISIONED")) {
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
    if (kmsKey !== previous?.kmsKey) {
      const input = { StreamName, EncryptionType: "KMS" as const };
      await this.#done(
        kmsKey === undefined
          ? client.stopStreamEncryption({ ...input, KeyId: previous?.kmsKey })
          : client.startStreamEncryption({ ...input, KeyId: kmsKey }),
      );
    }
    const measured = previous?.metrics ?? [];
    const added = metrics.filter((metric) => !measured.includes(metric)) as MetricsName[];
    const removed = measured.filter((metric) => !metrics.includes(metric)) as MetricsName[];
    if (added.length > 0) {
      await this.#done(client.enableEnhancedMonitoring({ StreamName, ShardLevelMetrics: added }));
    }
    if (removed.length > 0) {
      await this.#done(
        client.disableEnhancedMonitoring({ StreamName, ShardLevelMetrics: removed }),
      );
    }
    if (recordKib !== (previous?.recordKib ?? DEFAULT_RECORD_KIB)) {
      await this.#done(client.updateMaxRecordSize({ StreamARN, MaxRecordSizeInKiB: recordKib }));
    }
    if (warmMibPerSecond !== undefined && warmMibPerSecond !== previous?.warmMibPerSecond) {
      const input = { StreamName, WarmThroughputMiBps: warmMibPerSecond };
      await this.#done(client.updateStreamWarmThroughput(input));
    }
    const tags = previous?.tags ?? {};
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
    reached: (summary: StreamDescriptionSummary | undefined) => boolean,
  ): Promise<StreamDescriptionSummary | undefined> {
    const deadline = performance.now() + TIMEOUT_MILLISECONDS;
    for (;;) {
      const summary = await this.#summary();
      if (reached(summary)) return summary;
      if (performance.now() > deadline) {
        throw new Error(
          `Stream ${this.#name} is not ${state} after ${TIMEOUT_MILLISECONDS / 1000} s but ${summary?.StreamStatus ?? "gone"}`,
        );
      }
      await delay(POLL_MILLISECONDS);
    }
  }

  async #summary(): Promise<StreamDescriptionSummary | undefined> {
    try {
      const output = await this.#client.describeStreamSummary({ StreamName: this.#name });
      return output.StreamDescriptionSummary;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }
}
