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
import type { ResourceStep } from "../local/engine/run-record";
import { logicalName } from "../local/provider/names";
import { toStruct } from "../local/provider/values";

/** Starts a policy pack in a process of its own, as the engine does. @param folder of the pack */
export async function startPack(folder: string) {
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
    async analyze(resource: ResourceStep): Promise<void> {
      const request = described(new AnalyzeRequest(), resource);
      await promisify<AnalyzeResponse>((done) => client.analyze(request, done))();
    },
    async analyzeStack(resources: readonly ResourceStep[]): Promise<void> {
      const all = resources.map((resource) => described(new AnalyzerResource(), resource));
      const request = new AnalyzeStackRequest().setResourcesList(all);
      await promisify<AnalyzeResponse>((done) => client.analyzeStack(request, done))();
    },
    stop(): void {
      client.close();
      server.kill();
    },
  };
}

function described<Message extends AnalyzeRequest | AnalyzerResource>(
  message: Message,
  { type, urn, inputs }: ResourceStep,
): Message {
  message.setType(type);
  message.setName(logicalName(urn));
  message.setUrn(urn);
  message.setProperties(toStruct(inputs));
  message.setOptions(new AnalyzerResourceOptions().setProtect(true));
  return message;
}
