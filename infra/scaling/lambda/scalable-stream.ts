import {
  DescribeStreamSummaryCommand,
  type KinesisClient,
  UpdateShardCountCommand,
} from "@aws-sdk/client-kinesis";
import type { Scalable, State } from "./scalable";

export class ScalableStream implements Scalable {
  readonly #client: KinesisClient;
  readonly #name: string;

  constructor(client: KinesisClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  async state(): Promise<State> {
    const { StreamDescriptionSummary: stream } = await this.#client.send(
      new DescribeStreamSummaryCommand({ StreamName: this.#name }),
    );
    const actual = stream?.OpenShardCount ?? NaN;
    const status = stream?.StreamStatus ?? "unknown";
    const mode = stream?.StreamModeDetails?.StreamMode;
    return {
      actual,
      desired: actual,
      changing: status === "UPDATING" || status === "CREATING",
      failed: status === "DELETING",
      obstacle:
        mode === "ON_DEMAND"
          ? `the stream ${this.#name} is in mode ON_DEMAND, where AWS decides on the shards`
          : status === "ACTIVE"
            ? undefined
            : `the stream ${this.#name} is ${status}, not ACTIVE`,
    };
  }

  async change(capacity: number): Promise<void> {
    await this.#client.send(
      new UpdateShardCountCommand({
        StreamName: this.#name,
        TargetShardCount: capacity,
        ScalingType: "UNIFORM_SCALING",
      }),
    );
  }
}
