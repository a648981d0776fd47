import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * The part of Managed Service for Apache Flink's API that reads and changes one application. The emulations of that
 * service know no updates.
 */
export class FakeManagedFlink {
  status = "RUNNING";
  parallelism: number;
  current: number;
  version = 1;
  autoScaling = false;
  /** Another writer comes in between: the next update finds a newer version. */
  overtaken = false;
  readonly updates: unknown[] = [];

  readonly #name: string;
  readonly #server: Server;

  constructor(name: string, parallelism: number) {
    this.#name = name;
    this.parallelism = parallelism;
    this.current = parallelism;
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
        const input: unknown = JSON.parse(Buffer.concat(chunks).toString());
        const [code, body] = this.#answer(operation, input as Readonly<Record<string, unknown>>);
        response.writeHead(code, { "Content-Type": "application/x-amz-json-1.1" });
        response.end(JSON.stringify(body));
      });
    });
  }

  /** @returns its URL */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(operation: string, input: Readonly<Record<string, unknown>>): [number, unknown] {
    if (input["ApplicationName"] !== this.#name) return failure("ResourceNotFoundException");
    if (operation === "DescribeApplication") return [200, { ApplicationDetail: this.#detail() }];
    if (operation !== "UpdateApplication") return failure("UnsupportedOperationException");
    if (this.overtaken) this.version += 1;
    this.overtaken = false;
    if (input["CurrentApplicationVersionId"] !== this.version) {
      return failure("ConcurrentModificationException");
    }
    const change = input["ApplicationConfigurationUpdate"] as {
      FlinkApplicationConfigurationUpdate: {
        ParallelismConfigurationUpdate: { ParallelismUpdate: number };
      };
    };
    this.updates.push(change);
    this.parallelism =
      change.FlinkApplicationConfigurationUpdate.ParallelismConfigurationUpdate.ParallelismUpdate;
    this.status = "UPDATING";
    this.version += 1;
    return [200, { ApplicationDetail: this.#detail() }];
  }

  #detail(): unknown {
    return {
      ApplicationARN: `arn:aws:kinesisanalytics:us-east-1:123456789012:application/${this.#name}`,
      ApplicationName: this.#name,
      RuntimeEnvironment: "FLINK-1_20",
      ApplicationStatus: this.status,
      ApplicationVersionId: this.version,
      ApplicationConfigurationDescription: {
        FlinkApplicationConfigurationDescription: {
          ParallelismConfigurationDescription: {
            ConfigurationType: "CUSTOM",
            Parallelism: this.parallelism,
            ParallelismPerKPU: 1,
            CurrentParallelism: this.current,
            AutoScalingEnabled: this.autoScaling,
          },
        },
      },
    };
  }
}

function failure(type: string): [number, unknown] {
  return [400, { __type: type, message: `${type} of the test` }];
}
