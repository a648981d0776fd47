import path from "node:path";
import { expect } from "chai";
import { DeliveryEndpoint } from "../../infra/delivery/endpoint";
import { DeliveryStream, type DeliveryStreamArgs } from "../../infra/delivery/delivery-stream";
import { loadWorkload } from "../../infra/contracts/workload";
import { archiveOf } from "../../infra/pipeline/workload";
import { requireEngine, Sandbox } from "./engine";

const firehoseType = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";
const source = {
  streamArn: "arn:aws:kinesis:us-east-1:000000000000:stream/events",
  statements: [],
};
const archive = (partitioned: boolean) =>
  archiveOf(
    loadWorkload("workloads/taxi"),
    {
      format: "PARQUET",
      partitioned,
    },
    "streaming_dev",
  );

function program(args: Partial<DeliveryStreamArgs>) {
  return async (): Promise<void> => {
    const { arn } = new DeliveryStream("archive", {
      source,
      bufferMiB: 64,
      bufferSeconds: 300,
      logRetentionDays: 7,
      ...args,
    });
    new DeliveryEndpoint("firehose", {
      vpcId: "vpc-1",
      subnetIds: ["subnet-a"],
      clientSecurityGroupIds: ["sg-clients"],
      deliveryStreamArns: [arn],
    });
    return Promise.resolve();
  };
}

describe("DeliveryStream in the real engine", function () {
  this.timeout(120_000);

  const sandbox = new Sandbox();
  before(requireEngine);
  afterEach(sandbox.closeStacks);
  after(sandbox.remove);

  /** What would become of the delivery stream if its arguments changed. */
  async function planned(args: Partial<DeliveryStreamArgs>): Promise<string | undefined> {
    const { resources } = await (await sandbox.open(program(args))).preview();
    return resources.find(({ type }) => type === firehoseType)?.op;
  }

  it("is made, alone, with what the provider takes", async () => {
    const { resources } = await (await sandbox.open(program({}))).up({ isAccepted: true });
    expect(resources.find(({ type }) => type === firehoseType)).to.include({ op: "create" });
  });

  it("does not change when nothing changes", async () => {
    expect(await planned({})).to.equal("same");
  });

  it("is updated in place to other buffers, a transform, Parquet and a copy of the source", async () => {
    expect(
      await planned({ ...archive(false), bufferMiB: 128, bufferSeconds: 60, keepSource: true }),
    ).to.equal("update");
  });

  const replacements: Readonly<Record<string, Partial<DeliveryStreamArgs>>> = {
    partitions: archive(true),
    "direct put": { source: undefined },
    "a search destination": {
      search: {
        domainArn: "arn:aws:es:us-east-1:000000000000:domain/trips",
        indexName: "raw",
        subnetIds: ["subnet-a"],
        securityGroupIds: ["sg-clients"],
      },
      transform: { entryPath: path.join(__dirname, "../../workloads/taxi/transform.ts") },
    },
  };
  for (const [what, args] of Object.entries(replacements)) {
    it(`is replaced for ${what}, which Firehose fixes at creation`, async () => {
      expect(await planned(args)).to.match(/replace/);
    });
  }
});
