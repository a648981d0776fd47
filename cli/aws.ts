import { readFileSync } from "node:fs";
import type { KinesisClientConfig } from "@aws-sdk/client-kinesis";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { loadConfig } from "@smithy/core/config";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { Option } from "commander";
import { ProxyAgent } from "proxy-agent";
import { getProxyForUrl } from "proxy-from-env";
import { StartError } from "./command";

/** Enough for a request per shard; more shards than that share connections. */
const maxSockets = 500;
const timeouts = { connectionTimeout: 5000, socketTimeout: 60_000 };

export function profileOption(): Option {
  return new Option(
    "--profile <name>",
    "profile of ~/.aws with credentials and region (default: AWS_PROFILE, else default)",
  );
}

/**
 * Puts a profile, and its region unless the environment has one, into the environment.
 * The SDK prefers AWS_PROFILE to access keys of the environment, as `--profile` of the AWS CLI.
 */
export async function useProfile(profile: string | undefined, env = process.env): Promise<void> {
  if (profile !== undefined) env["AWS_PROFILE"] = profile;
  const ofProfile = { configFileSelector: ({ region }: { region?: string }) => region };
  const inFiles = loadConfig<string | undefined>(
    { environmentVariableSelector: () => undefined, default: "", ...ofProfile },
    profile === undefined ? {} : { profile },
  );
  const region = env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || (await inFiles());
  if (region) env["AWS_REGION"] = region;
}

/**
 * Settings of an SDK client by the environment: HTTPS_PROXY, HTTP_PROXY, NO_PROXY and AWS_CA_BUNDLE.
 * The calls that fetch credentials, such as those of SSO, take the same way.
 *
 * @throws StartError when the file of AWS_CA_BUNDLE cannot be read
 */
export function clientSettings() {
  // The agent for proxies takes a stack trace for each request.
  const agent = hasProxy() ? environmentAgent() : agentOptions();
  // The SDK's own choice for Kinesis is HTTP/2, which proxies and plain http:// endpoints do not speak.
  const requestHandler = new NodeHttpHandler({ ...timeouts, httpAgent: agent, httpsAgent: agent });
  const credentials = defaultProvider({ clientConfig: { requestHandler } });
  return { requestHandler, credentials, logger: silent };
}

const ignore = (): void => undefined;
/** For a logger with `info`, such as its own silent one, the SDK copies each record that is sent. */
const silent = { debug: ignore, warn: ignore, error: ignore } as unknown as NonNullable<
  KinesisClientConfig["logger"]
>;

function hasProxy(): boolean {
  const { env } = process;
  return Object.keys(env).some((name) => /(?<!no_?)proxy$/i.test(name) && env[name] !== "");
}

/** Connections through the proxies, and with the certificate authorities, of the environment. */
export function environmentAgent(): ProxyAgent {
  return new ProxyAgent(agentOptions());
}

function agentOptions() {
  const bundle = process.env["AWS_CA_BUNDLE"];
  return { keepAlive: true, maxSockets, ...(bundle && { ca: read(bundle) }) };
}

function read(bundle: string): string {
  try {
    return readFileSync(bundle, "utf8");
  } catch (error) {
    throw new StartError([
      `AWS_CA_BUNDLE must be a readable file of PEM certificates; got ${bundle} (${String(error)})`,
    ]);
  }
}

/** The proxy on the way to an address, without its password; undefined without one. */
export function proxyOf(url: string): string | undefined {
  const proxy = getProxyForUrl(url);
  return proxy === "" ? undefined : proxy.replace(/\/\/[^@/]*@/, "//");
}

export function triedCredentials(): string {
  const profile = process.env["AWS_PROFILE"];
  return profile === undefined
    ? "AWS_ACCESS_KEY_ID, profile default of ~/.aws, web identity, container and instance role"
    : `profile ${profile} of ~/.aws`;
}
