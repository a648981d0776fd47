import { setTimeout as delay } from "node:timers/promises";
import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DecreaseStreamRetentionPeriodCommand,
  DeleteStreamCommand,
  DescribeStreamSummaryCommand,
  DisableEnhancedMonitoringCommand,
  EnableEnhancedMonitoringCommand,
  IncreaseStreamRetentionPeriodCommand,
  type KinesisClient,
  type MetricsName,
  RemoveTagsFromStreamCommand,
  ResourceNotFoundException,
  StartStreamEncryptionCommand,
  StopStreamEncryptionCommand,
  type StreamDescriptionSummary,
  UpdateMaxRecordSizeCommand,
  UpdateShardCountCommand,
  UpdateStreamModeCommand,
  UpdateStreamWarmThroughputCommand,
} from "@aws-sdk/client-kinesis";

const POLL_MILLISECONDS = 50;
const TIMEOUT_MILLISECONDS = 60_000;
/** What a stream has when nothing else is asked for. */
export const DEFAULT_RETENTION_HOURS = 24;
export const DEFAULT_RECORD_KIB = 1024;

/** What a stream is to have. */
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
  readonly #client: KinesisClient;
  readonly #name: string;

  constructor(client: KinesisClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  async create({ shards }: StreamSettings): Promise<void> {
    await this.#client.send(
      new CreateStreamCommand({ StreamName: this.#name, ShardCount: shards }),
    );
    await this.#active();
  }

  /** Changes what differs, one after the other as the service demands. */
  async change(previous: StreamSettings | undefined, wanted: StreamSettings): Promise<void> {
    const StreamName = this.#name;
    const summary = await this.#active();
    const StreamARN = summary.StreamARN;
    if (wanted.mode !== (previous?.mode ?? "PROVISIONED")) {
      const StreamModeDetails = { StreamMode: wanted.mode };
      await this.#client.send(new UpdateStreamModeCommand({ StreamARN, StreamModeDetails }));
      await this.#active();
    }
    if (wanted.mode === "PROVISIONED") await this.#reshard(summary, wanted.shards);
    const hours = summary.RetentionPeriodHours ?? DEFAULT_RETENTION_HOURS;
    if (wanted.retentionHours !== hours) {
      const input = { StreamName, RetentionPeriodHours: wanted.retentionHours };
      await (wanted.retentionHours > hours
        ? this.#client.send(new IncreaseStreamRetentionPeriodCommand(input))
        : this.#client.send(new DecreaseStreamRetentionPeriodCommand(input)));
      await this.#active();
    }
    await this.#encrypt(previous?.kmsKey, wanted.kmsKey);
    await this.#meter(previous?.metrics ?? [], wanted.metrics);
    if (wanted.recordKib !== (previous?.recordKib ?? DEFAULT_RECORD_KIB)) {
      const input = { StreamARN, MaxRecordSizeInKiB: wanted.recordKib };
      await this.#client.send(new UpdateMaxRecordSizeCommand(input));
      await this.#active();
    }
    if (
      wanted.warmMibPerSecond !== undefined &&
      wanted.warmMibPerSecond !== previous?.warmMibPerSecond
    ) {
      const input = { StreamName, WarmThroughputMiBps: wanted.warmMibPerSecond };
      await this.#client.send(new UpdateStreamWarmThroughputCommand(input));
      await this.#active();
    }
    await this.#tag(previous?.tags ?? {}, wanted.tags);
  }

  /** Takes it to another number of shards. @throws Error that tells how far one update can go, when that is less far */
  async resize(shards: number): Promise<void> {
    await this.#reshard(await this.#active(), shards);
  }

  async exists(): Promise<boolean> {
    return (await this.#summary()) !== undefined;
  }

  async delete(): Promise<void> {
    if (!(await this.exists())) return;
    await this.#client.send(
      new DeleteStreamCommand({ StreamName: this.#name, EnforceConsumerDeletion: true }),
    );
    await this.#until("deleted", (summary) => summary === undefined);
  }

  async #reshard(summary: StreamDescriptionSummary, shards: number): Promise<void> {
    const open = summary.OpenShardCount ?? shards;
    if (shards === open) return;
    // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html
    if (shards > 2 * open || shards < open / 2) {
      throw new Error(
        `Stream ${this.#name} has ${open} shards; one update takes it to ${Math.ceil(open / 2)} at least and ${2 * open} at most, not to ${shards}. Go there in several updates.`,
      );
    }
    await this.#client.send(
      new UpdateShardCountCommand({
        StreamName: this.#name,
        TargetShardCount: shards,
        ScalingType: "UNIFORM_SCALING",
      }),
    );
    await this.#active();
  }

  async #encrypt(previous: string | undefined, wanted: string | undefined): Promise<void> {
    if (wanted === previous) return;
    const input = { StreamName: this.#name, EncryptionType: "KMS" as const };
    if (wanted === undefined) {
      const KeyId = previous;
      await this.#client.send(new StopStreamEncryptionCommand({ ...input, KeyId }));
    } else {
      await this.#client.send(new StartStreamEncryptionCommand({ ...input, KeyId: wanted }));
    }
    await this.#active();
  }

  async #meter(previous: readonly string[], wanted: readonly string[]): Promise<void> {
    const added = wanted.filter((metric) => !previous.includes(metric)) as MetricsName[];
    const removed = previous.filter((metric) => !wanted.includes(metric)) as MetricsName[];
    const StreamName = this.#name;
    if (added.length > 0) {
      const input = { StreamName, ShardLevelMetrics: added };
      await this.#client.send(new EnableEnhancedMonitoringCommand(input));
      await this.#active();
    }
    if (removed.length > 0) {
      const input = { StreamName, ShardLevelMetrics: removed };
      await this.#client.send(new DisableEnhancedMonitoringCommand(input));
      await this.#active();
    }
  }

  async #tag(
    previous: Readonly<Record<string, string>>,
    wanted: Readonly<Record<string, string>>,
  ): Promise<void> {
    const StreamName = this.#name;
    const TagKeys = Object.keys(previous).filter((key) => !(key in wanted));
    const Tags = Object.fromEntries(
      Object.entries(wanted).filter(([key, value]) => previous[key] !== value),
    );
    if (TagKeys.length > 0) {
      await this.#client.send(new RemoveTagsFromStreamCommand({ StreamName, TagKeys }));
    }
    if (Object.keys(Tags).length > 0) {
      await this.#client.send(new AddTagsToStreamCommand({ StreamName, Tags }));
    }
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
      const output = await this.#client.send(
        new DescribeStreamSummaryCommand({ StreamName: this.#name }),
      );
      return output.StreamDescriptionSummary;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }
}
