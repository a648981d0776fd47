import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { createInterface } from "node:readline";
import { Command } from "commander";
import { clientSettings, profileOption, triedCredentials, useProfile } from "../../../cli/aws";
import { exitCodes, exitWith, silenceSdkNotice, StartError } from "../../../cli/command";
import { wholeNumber } from "../../../cli/options";
import { signingProxy } from "./signing-proxy";

/** Commands that have to be installed, and where they come from. */
const tools = {
  pulumi: "https://www.pulumi.com/docs/install/",
  aws: "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
  "session-manager-plugin":
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html",
};

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
      `\nNeeds ${Object.keys(tools).join(", ")}; the key replaySearchAccess of the stack; and, for your role:\n` +
        "ssm:StartSession, the output searchReadPolicy, and an entry in searchReaderRoleArns or searchAdminRoleArns.\n" +
        `Exit code: ${exitCodes.done} after Ctrl-C, ${exitCodes.failed} when the session ended, ${exitCodes.notStarted} when it did not start.`,
    )
    .exitOverride()
    .parse(args, { from: "user" });
  const [stack = ""] = command.args;
  const { port, profile } = command.opts<Options>();

  const missing = Object.entries(tools).filter(([name]) => !isInstalled(name));
  if (missing.length > 0) {
    throw refusal(
      ...missing.map(([name, link]) => `${name} is not installed. Install it: ${link}`),
    );
  }
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

  const document = "AWS-StartPortForwardingSessionToRemoteHost";
  const parameters = JSON.stringify({ host: [host], portNumber: ["443"] });
  const session = spawn(
    "aws",
    [
      `ssm start-session --region ${region} --target ${instanceId} --document-name ${document}`.split(
        " ",
      ),
      ["--parameters", parameters],
      // AWS_PROFILE alone would come after access keys of the environment.
      profile === undefined ? [] : ["--profile", profile],
    ].flat(),
    // A group of its own, as the plugin is a child of `aws` and ends the session when it is interrupted.
    { detached: true, stdio: ["ignore", "pipe", "inherit"] },
  );
  let code: number = exitCodes.notStarted;
  const stop = () => {
    code = exitCodes.done;
    if (session.pid !== undefined) process.kill(-session.pid, "SIGINT");
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
  const args = ["stack", "output", "--json", "--stack", stack];
  let text: string;
  try {
    text = execFileSync("pulumi", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    throw refusal(`The outputs of ${stack} cannot be read: ${String(error)}`);
  }
  const { searchEndpoint, replayInstanceId, dashboardsCommand } = JSON.parse(text) as Record<
    string,
    unknown
  >;
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

function isInstalled(name: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  return folders.some((folder) => existsSync(path.join(folder, name)));
}

function refusal(...problems: string[]): StartError {
  return new StartError(problems, "proxy");
}

silenceSdkNotice();
void exitWith(() => main(process.argv.slice(2)));
