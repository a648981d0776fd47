import { expect } from "chai";
import { DeliveryStream, type DeliveryStreamArgs } from "../../../infra/delivery/delivery-stream";
import { allow } from "../../../infra/core/iam";
import { deploy, refusal } from "../../support/mocks";
import { statementFor } from "../policy-documents";

const firehoseType = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";
const roleArn = "arn:aws:test:us-east-1:123456789012:archive-role";
const secretArn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:token-1a2b3c";
const url = "https://example.com:8088/services";

const valid: DeliveryStreamArgs = {
  source: { streamArn: "arn:stream", statements: [allow(["kinesis:GetRecords"], ["arn:stream"])] },
  bufferMiB: 5,
  bufferSeconds: 60,
  logRetentionDays: 7,
};

const destinations = {
  http: {
    args: { http: { url, secretArn, attributes: { stage: "dev" } } },
    block: "httpEndpointConfiguration",
    destination: "http_endpoint",
    properties: { url, name: "example.com", retryDuration: 300, bufferingSize: 5 },
    modes: ["FailedDataOnly", "AllData"],
  },
  splunk: {
    args: { splunk: { url, secretArn } },
    block: "splunkConfiguration",
    destination: "splunk",
    properties: { hecEndpoint: url, hecEndpointType: "Raw", hecAcknowledgmentTimeout: 180 },
    modes: ["FailedEventsOnly", "AllEvents"],
  },
  redshift: {
    args: {
      redshift: {
        jdbcUrl: "jdbc:redshift://orders.us-east-1.redshift-serverless.amazonaws.com:5439/dev",
        tableName: "public.orders",
        columns: ["id", "price"],
        secretArn,
      },
    },
    block: "redshiftConfiguration",
    destination: "redshift",
    properties: {
      dataTableName: "public.orders",
      dataTableColumns: "id,price",
      copyOptions: "json 'auto' gzip",
      retryDuration: 3600,
    },
    modes: [undefined, "Enabled"],
  },
} as const;

type Block = Readonly<Record<string, unknown>>;

async function delivered(changes: Partial<DeliveryStreamArgs>, block: string) {
  const deployment = await deploy(() => {
    new DeliveryStream("archive", { ...valid, ...changes });
  });
  const { inputs } = deployment.one(firehoseType);
  return { deployment, inputs, configuration: inputs[block] as Block };
}

describe("DeliveryStream to another destination", () => {
  for (const [name, { args, block, destination, properties, modes }] of Object.entries(
    destinations,
  )) {
    it(`delivers to ${name} with a secret, and keeps what fails in the bucket`, async () => {
      const { inputs, configuration } = await delivered(args, block);
      expect(inputs).to.include({ destination });
      expect(inputs).not.to.have.property("extendedS3Configuration");
      expect(configuration).to.include(properties);
      expect(configuration["secretsManagerConfiguration"]).to.deep.equal({
        enabled: true,
        secretArn,
        roleArn,
      });
      expect(configuration["s3BackupMode"]).to.equal(modes[0]);
      expect(configuration["s3Configuration"]).to.include({ compressionFormat: "GZIP", roleArn });
      // No secret in clear text.
      expect(JSON.stringify(configuration)).not.to.match(/accessKey|hecToken|password/);
      const kept = await delivered({ ...args, keepSource: true }, block);
      expect(kept.configuration["s3BackupMode"]).to.equal(modes[1]);
    });

    it(`lets the role read the secret of ${name} and use its key, and no other`, async () => {
      const secretKeyArn = "arn:aws:kms:us-east-1:123456789012:key/1";
      const [[kind, value]] = Object.entries(args) as [[string, object]];
      const { deployment } = await delivered({ [kind]: { ...value, secretKeyArn } }, block);
      const { policy } = deployment.one("aws:iam/rolePolicy:RolePolicy").inputs;
      expect(statementFor(policy, "secretsmanager:GetSecretValue")).to.deep.include({
        Resource: [secretArn],
      });
      const statements = (JSON.parse(String(policy)) as { Statement: Block[] }).Statement;
      expect(statements.filter(({ Resource }) => String(Resource) === secretKeyArn)).to.deep.equal([
        {
          Effect: "Allow",
          Action: ["kms:Decrypt"],
          Resource: [secretKeyArn],
          Condition: {
            StringEquals: { "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com" },
          },
        },
      ]);
    });
  }

  it("separates records only where objects are read line by line", async () => {
    const processing = async (name: keyof typeof destinations) => {
      const { args, block } = destinations[name];
      return (await delivered(args, block)).configuration["processingConfiguration"];
    };
    expect(await processing("redshift")).to.deep.include({
      processors: [{ type: "AppendDelimiterToRecord" }],
    });
    expect(await processing("http")).to.equal(undefined);
    expect(await processing("splunk")).to.equal(undefined);
  });

  it("keeps the objects that Redshift copies apart from the backup", async () => {
    const { args, block } = destinations.redshift;
    const { configuration } = await delivered({ ...args, keepSource: true }, block);
    expect(String((configuration["s3Configuration"] as Block)["prefix"])).to.match(/^events\//);
    expect(String((configuration["s3BackupConfiguration"] as Block)["prefix"])).to.match(
      /^source\//,
    );
  });

  it("lists everything that is wrong", async () => {
    const message = await refusal(() => {
      new DeliveryStream("archive", {
        ...valid,
        bufferMiB: 65,
        bufferSeconds: 61,
        partitions: [{ name: "day", query: ".day" }],
        http: { url: "http://example.com", secretArn, retrySeconds: 7201 },
        splunk: { url, secretArn, acknowledgementSeconds: 179 },
        redshift: { jdbcUrl: "jdbc:postgresql://x/y", tableName: "or ders", secretArn },
      });
    });
    for (const part of [
      "one destination; got http and splunk and redshift",
      "excludes table and partitions",
      "http.url",
      "http.retrySeconds",
      "bufferMiB (with http)",
      "bufferMiB (with splunk)",
      "bufferSeconds (with splunk)",
      "splunk.acknowledgementSeconds",
      "redshift.jdbcUrl",
      "redshift.tableName",
    ]) {
      expect(message).to.include(part);
    }
  });
});
