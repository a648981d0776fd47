import type { ConsumerDescription, Kinesis } from "@aws-sdk/client-kinesis";
import { until } from "../../machine/process";
import type { DataPlane, DeclaredResource, Outputs } from "../../provider/data-plane";
import { ifFound } from "./live-stream";

const TIMEOUT_SECONDS = 30;

/** Consumers with enhanced fan-out, registered at a Kinesis API. `client` starts the server if it does not run yet. */
export function consumerPlane(client: () => Promise<Kinesis>): DataPlane {
  const described = async (resource: DeclaredResource) => {
    const kinesis = await client();
    const answer = await kinesis.describeStreamConsumer(identityOf(resource)).catch(ifFound);
    return answer?.ConsumerDescription;
  };
  const reached = async (
    resource: DeclaredResource,
    isReached: (consumer: ConsumerDescription | undefined) => boolean,
  ): Promise<Outputs> => {
    let consumer: ConsumerDescription | undefined;
    const isInTime = await until(async () => {
      consumer = await described(resource);
      return isReached(consumer);
    }, TIMEOUT_SECONDS);
    if (isInTime) return { arn: consumer?.ConsumerARN };
    throw new Error(`${resource.type} "${resource.name}" does not change its state.`);
  };
  const active = (resource: DeclaredResource): Promise<Outputs> =>
    reached(resource, (consumer) => consumer?.ConsumerStatus === "ACTIVE");
  return {
    async create(resource) {
      await (await client()).registerStreamConsumer(identityOf(resource));
      return active(resource);
    },
    // Name and stream replace a consumer; tags are all that can change.
    update: active,
    read: async (resource) => (await described(resource)) && active(resource),
    async delete(resource) {
      await (await client()).deregisterStreamConsumer(identityOf(resource)).catch(ifFound);
      await reached(resource, (consumer) => consumer === undefined);
    },
  };
}

function identityOf({ inputs }: DeclaredResource): { StreamARN: string; ConsumerName: string } {
  return { StreamARN: String(inputs["streamArn"]), ConsumerName: String(inputs["name"]) };
}
