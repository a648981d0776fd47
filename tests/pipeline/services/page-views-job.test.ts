import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { expect } from "chai";
import { load } from "js-yaml";
import type { DeclaredResource } from "../../../local/provider/data-plane";
import { type LocalCloud, localCloud } from "../../../local/services/cloud";
import { kinesisClient } from "../../../local/services/kinesis/kinesis-server";
import { httpServer } from "../../local/services/http-server";
import { projectRoot } from "../../support/command";
import { declared, needsServices, newFolder, removeFolder, until } from "./support";

type Groups = Readonly<Record<string, Readonly<Record<string, string>>>>;

interface WorkloadFile {
  readonly properties: Groups;
  readonly local: { readonly properties: Groups };
}

interface Row {
  readonly index: string;
  readonly id: string;
  readonly source: unknown;
}

const workload = path.join(projectRoot, "tests/workloads/page-views");
const region = "us-east-1";

/** A job in the form of AWS's examples, which knows nothing of this project. */
describe("The page views job", () => {
  const folder = newFolder();
  const failures: Error[] = [];
  let cloud: LocalCloud;

  /** Documents by index and id, as OpenSearch would have them after the bulk requests. */
  const documents = new Map<string, Row>();
  const search = httpServer(({ body }) => {
    const lines = body.trim().split("\n");
    for (let at = 0; at < lines.length; at += 2) {
      const [action = "", source = ""] = lines.slice(at, at + 2);
      const { index } = JSON.parse(action) as { index: { _index: string; _id: string } };
      const row = { index: index._index, id: index._id, source: JSON.parse(source) as unknown };
      documents.set(`${row.index}/${row.id}`, row);
    }
    return { body: { errors: false } };
  });

  const create = async (resource: DeclaredResource): Promise<void> => {
    await cloud.dataPlanes[resource.type]?.create(resource);
  };
  const propertyGroups = (): object[] => {
    const file = readFileSync(path.join(workload, "workload.yaml"), "utf8");
    const values: Readonly<Record<string, string>> = {
      "stream.name": "views",
      "kinesis.endpoint": cloud.endpoints().kinesis,
      "search.endpoint": `http://${search.address()}`,
      region,
    };
    const filled = file.replace(/\$\{([\w.]+)\}/g, (_, key: string) => values[key] ?? "");
    const { properties, local } = load(filled) as WorkloadFile;
    return Object.entries(properties).map(([propertyGroupId, group]) => ({
      propertyGroupId,
      propertyMap: { ...group, ...local.properties[propertyGroupId] },
    }));
  };
  const put = async (events: readonly string[]): Promise<void> => {
    const client = kinesisClient(cloud.endpoints().kinesis, region);
    const Records = events.map((event) => ({
      Data: Buffer.from(event),
      PartitionKey: (JSON.parse(event) as { page: string }).page,
    }));
    const answer = await client.send(new PutRecordsCommand({ StreamName: "views", Records }));
    client.destroy();
    expect(answer.FailedRecordCount).to.equal(0);
  };

  before(async function () {
    await needsServices(this, "flinkRuntime", "kinesisServer");
    execFileSync("mvn", ["-q", "-B", "-f", path.join(workload, "job/pom.xml"), "package"]);
    cloud = await localCloud({
      folder,
      region,
      accountId: "000000000000",
      fresh: true,
      onProgress: () => undefined,
      onFailure: (error) => void failures.push(error),
    });
  });
  after(async () => {
    await cloud.stop();
    removeFolder(folder);
  });

  const settle = async (expected: readonly Row[]): Promise<void> => {
    const isThere = ({ index, id, source }: Row): boolean =>
      isDeepStrictEqual(documents.get(`${index}/${id}`)?.source, source);
    await until(() => failures.length > 0 || expected.every(isThere));
    expect(failures).to.be.empty;
    expect([...documents.values()]).to.have.deep.members(expected);
  };

  it("reads the stream from its start and writes the documents of every window that closes", async () => {
    const jar = path.join(workload, "job/target/page-views.jar");
    await create(declared("aws:s3/bucket:Bucket", { bucket: "code" }));
    const object = { bucket: "code", key: "page-views.jar", source: { path: jar } };
    await create(declared("aws:s3/bucketObjectv2:BucketObjectv2", object));
    await create(declared("aws:kinesis/stream:Stream", { name: "views", shardCount: 2 }));
    await put(lines("page-views.jsonl").filter((event) => !isLate(event)));
    await create(
      declared("aws:kinesisanalyticsv2/application:Application", {
        name: "page-views",
        runtimeEnvironment: "FLINK-1_20",
        startApplication: true,
        applicationConfiguration: {
          applicationCodeConfiguration: {
            codeContent: {
              s3ContentLocation: { bucketArn: "arn:aws:s3:::code", fileKey: object.key },
            },
          },
          environmentProperties: { propertyGroups: propertyGroups() },
          flinkApplicationConfiguration: {
            parallelismConfiguration: {
              configurationType: "CUSTOM",
              parallelism: 2,
              parallelismPerKpu: 2,
            },
          },
        },
      }),
    );
    await settle(rows(lines("expected.jsonl").filter((document) => !isLate(document))));
  });

  it("writes documents for windows that have closed when their events come late", async () => {
    await put(lines("page-views.jsonl").filter(isLate));
    await settle(rows(lines("expected.jsonl")));
  });
});

/** Whether an event or a document is of the page whose events are put last. */
function isLate(line: string): boolean {
  return line.includes('"page":"/docs"');
}

function rows(documents: readonly string[]): Row[] {
  return documents.map((line) => JSON.parse(line) as Row);
}

function lines(file: string): string[] {
  return readFileSync(path.join(workload, file), "utf8").trim().split("\n");
}
