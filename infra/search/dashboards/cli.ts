import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Command } from "commander";
import { clientSettings, profileOption, triedCredentials, useProfile } from "../../../cli/aws";
import { exitCodes, exitWith, silenceSdkNotice, StartError } from "../../../cli/command";
import { wholeNumber } from "../../../cli/options";
import { interrupt, sessionTools, stackOutputs, startSession } from "../../../cli/session";
import { signingProxy } from "./signing-proxy";

interface Options {
  readonly port: number;
  readonly profile?: string;
}

/** Opens a session through the replay host to the stack's domain, and signs requests until it ends. */
async function main(args: readonly string[]): Promise<number> {
  const command = new Command("npm run dashboards --")
    .description(
      "Opens OpenSearch Dashboards and the REST API of a stack's domain on 127.0.0.1: Session Manager forwards a port\n" +
        "through the replay host, and each request is signed with your credentials. Ends with Ctrl-C or the session,\n" +
        "which Session Manager ends after 20 idle minutes by default.",
    )
    .argument("<stack>", "deployed stack, such as dev")
    .option("--port <n>", "port of 127.0.0.1", wholeNumber(1, 65_535), 5601)
    .addOption(profileOption())
    .addHelpText(
      "after",
      `\nNeeds ${Object.keys(sessionTools).join(", ")}; the key replaySearchAccess of the stack; and, for your role:\n` +
        "ssm:StartSession, the output searchReadPolicy, and an entry in searchReaderRoleArns or searchAdminRoleArns.\n" +
        `Exit code: ${exitCodes.done} after Ctrl-C, ${exitCodes.failed} when the session ended, ${exitCodes.notStarted} when it did not start.`,
    )
    .exitOverride()
    .parse(args, { from: "user" });
  const [stack = ""] = command.args;
  const { port, profile } = command.opts<Options>();

  await useProfile(profile);
  const { host, instanceId } = outputsOf(stack);
  // Such as vpc-trips-dev-id.eu-west-1.es.amazonaws.com.
  const region = host.split(".")[1] ?? "";
  const { credentials } = clientSettings();
  await credentials().catch((error: unknown) => {
    throw refusal(`Credentials must be valid; tried ${triedCredentials()} (${String(error)})`);
  });
  const server = createServer();
  await once(server.listen(port, "127.0.0.1"), "listening").catch((error: unknown) => {
    throw refusal(`--port must be a free port; got ${port} (${String(error)})`);
  });

  const session = startSession({
    region,
    instanceId,
    document: "AWS-StartPortForwardingSessionToRemoteHost",
    parameters: { host: [host], portNumber: ["443"] },
    profile,
  });
  let code: number = exitCodes.notStarted;
  const stop = () => {
    code = exitCodes.done;
    interrupt(session);
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  createInterface({ input: session.stdout }).on("line", (line) => {
    const forwarded = /^Port (\d+) opened/.exec(line)?.[1];
    if (forwarded === undefined) return;
    code = exitCodes.failed;
    server.on("request", signingProxy({ host, port: Number(forwarded), region, credentials }));
    const address = `http://127.0.0.1:${port}`;
    process.stdout.write(`Dashboards: ${address}/_dashboards\nREST API:   ${address}\n`);
  });
  await once(session, "close");
  server.close().closeAllConnections();
  if (code !== exitCodes.done) process.stderr.write("The session ended.\n");
  return code;
}

/** Host of the domain and instance of a deployed stack. */
function outputsOf(stack: string): { readonly host: string; readonly instanceId: string } {
  const { searchEndpoint, replayInstanceId, dashboardsCommand } = stackOutputs(stack, "proxy");
  if (typeof searchEndpoint !== "string" || typeof replayInstanceId !== "string") {
    throw refusal(
      `${stack} must have the outputs searchEndpoint and replayInstanceId. Deploy it: pulumi up --stack ${stack}`,
    );
  }
  if (dashboardsCommand === undefined) {
    throw refusal(
      `replaySearchAccess of ${stack} must be true, so that its replay host reaches the domain; got false. ` +
        `Set it and deploy: pulumi config set replaySearchAccess true --stack ${stack} && pulumi up --stack ${stack}`,
    );
  }
  return { host: new URL(searchEndpoint).host, instanceId: replayInstanceId };
}

function refusal(...problems: string[]): StartError {
  return new StartError(problems, "proxy");
}

silenceSdkNotice();
void exitWith(() => main(process.argv.slice(2)));
