import { credentials, Server, ServerCredentials } from "@grpc/grpc-js";
import { version as awsVersion } from "@pulumi/aws/package.json";
import { version as awsxVersion } from "@pulumi/awsx/package.json";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { promisify } from "node:util";
import { awsxService } from "./awsx-service";
import { AwsProvider, type AwsProviderArgs } from "./provider";
import { awsService } from "./service";

export type ProviderServers = Awaited<ReturnType<typeof startProviders>>;

const NOTICE =
  "The local AWS provider plans and records on this machine; nothing is created in AWS.";

/** Starts the packages `aws` and `awsx` on 127.0.0.1; they serve no engine before {@link AwsProvider.open}. */
export async function startProviders(args: AwsProviderArgs) {
  const provider = new AwsProvider(args);
  const admit = (): void => {
    provider.admit();
  };
  const services = {
    aws: awsService(provider, { version: awsVersion, notify: log }),
    awsx: awsxService({ version: awsxVersion, awsVersion, admit }),
  };
  const servers: Server[] = [];
  const attachments: string[] = [];
  for (const [name, service] of Object.entries(services)) {
    const server = new Server({ "grpc.max_receive_message_length": -1 });
    server.addService(ResourceProviderService, service);
    const listen = promisify<string, ServerCredentials, number>(server.bindAsync.bind(server));
    const port = await listen("127.0.0.1:0", ServerCredentials.createInsecure());
    attachments.push(`${name}:${port}`);
    servers.push(server);
  }
  return {
    provider,
    /** Value for PULUMI_DEBUG_PROVIDERS, by which an engine finds them. */
    attachment: attachments.join(","),
    close(): void {
      for (const server of servers) server.forceShutdown();
    },
  };
}

/** Says in the engine's own output who answers. */
function log(engineAddress: string): void {
  const engine = new EngineClient(engineAddress, credentials.createInsecure());
  const request = new LogRequest().setSeverity(LogSeverity.INFO).setMessage(NOTICE);
  engine.log(request, () => {
    engine.close();
  });
}
