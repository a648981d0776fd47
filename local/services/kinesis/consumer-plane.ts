import { setTimeout as delay } from "node:timers/promises";
import {
  type ConsumerDescription,
  type Kinesis,
  ResourceNotFoundException,
} from "@aws-sdk/client-kinesis";
import type { DataPlane, DeclaredResource, Outputs } from "../../provider/data-plane";

const POLL_MILLISECONDS = 50;
const TIMEOUT_MILLISECONDS = 30_000;

/** Consumers with enhanced fan-out, registered at a Kinesis API. `client` starts the server if it does not run yet. */
export function consumerPlane(client: () => Promise<Kinesis>): DataPlane {
  return {
    async create(resource) {
      const kinesis = await client();
      await kinesis.registerStreamConsumer(identityOf(resource));
      return active(kinesis, resource);
    },
    // Name and stream replace a consumer; tags are all that can change.
    async update(resource) {
      return active(await client(), resource);
    },
    async read(resource) {
      const kinesis = await client();
      return (await described(kinesis, resource)) && active(kinesis, resource);
    },
    async delete(resource) {
      const kinesis = await client();
      await kinesis.deregisterStreamConsumer(identityOf(resource)).catch(absent);
      await until(resource, async () => (await described(kinesis, resource)) === undefined);
    },
  };
}

async function active(kinesis: Kinesis, resource: DeclaredResource): Promise<Outputs> {
  let consumer: ConsumerDescription | undefined;
  await until(resource, async () => {
    consumer = await described(kinesis, resource);
    return consumer?.ConsumerStatus === "ACTIVE";
  });
  return { arn: consumer?.ConsumerARN };
}

async function described(
  kinesis: Kinesis,
  resource: DeclaredResource,
): Promise<ConsumerDescription | undefined> {
  const answer = await kinesis.describeStreamConsumer(identityOf(resource)).catch(absent);
  return answer?.ConsumerDescription;
}

function identityOf({ inputs }: DeclaredResource): { StreamARN: string; ConsumerName: string } {
  return { StreamARN: String(inputs["streamArn"]), ConsumerName: String(inputs["name"]) };
}

function absent(error: unknown): undefined {
  if (error instanceof ResourceNotFoundException) return undefined;
  throw error;
}

async function until(resource: DeclaredResource, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MILLISECONDS;
  while (!(await isSo())) {
    if (performance.now() > deadline)
      throw new Error(`${resource.type} "${resource.name}" does not change its state.`);
    await delay(POLL_MILLISECONDS);
  }
}
