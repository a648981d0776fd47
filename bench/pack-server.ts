import { spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
  AnalyzerResource,
  AnalyzerResourceOptions,
  AnalyzeRequest,
  type AnalyzeResponse,
  AnalyzeStackRequest,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

/** A resource as the engine shows it to a pack. */
export interface AnalyzedResource {
  readonly type: string;
  readonly name: string;
  readonly props: Record<string, JavaScriptValue>;
}

/** A policy pack in a process of its own. */
export interface RunningPack {
  analyze(resource: AnalyzedResource): Promise<void>;
  analyzeStack(resources: readonly AnalyzedResource[]): Promise<void>;
  stop(): void;
}

/** Starts a pack as the engine does. @param folder of the pack */
export async function startPack(folder: string): Promise<RunningPack> {
  const host = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
  const server = spawn(process.execPath, [host, "127.0.0.1:0", "."], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = (await once(server.stdout, "data")) as [Buffer];
  const client = new AnalyzerClient(
    `127.0.0.1:${port.toString().trim()}`,
    credentials.createInsecure(),
    // A whole stack is one message.
    { "grpc.max_send_message_length": -1, "grpc.max_receive_message_length": -1 },
  );
  return {
    async analyze({ type, name, props }) {
      const request = new AnalyzeRequest()
        .setType(type)
        .setName(name)
        .setUrn(urn(type, name))
        .setProperties(Struct.fromJavaScript(props))
        .setOptions(new AnalyzerResourceOptions().setProtect(true));
      await promisify<AnalyzeResponse>((done) => client.analyze(request, done))();
    },
    async analyzeStack(resources) {
      const request = new AnalyzeStackRequest().setResourcesList(
        resources.map(({ type, name, props }) =>
          new AnalyzerResource()
            .setType(type)
            .setName(name)
            .setUrn(urn(type, name))
            .setProperties(Struct.fromJavaScript(props))
            .setOptions(new AnalyzerResourceOptions().setProtect(true)),
        ),
      );
      await promisify<AnalyzeResponse>((done) => client.analyzeStack(request, done))();
    },
    stop() {
      client.close();
      server.kill();
    },
  };
}

function urn(type: string, name: string): string {
  return `urn:pulumi:bench::bench::${type}::${name}`;
}
