import { HttpIngestion, type HttpIngestionArgs } from "../../../../infra/ingestion/http-ingestion";
import type { DeclaredResource } from "../../../../local/provider/data-plane";
import type { RestApiPlane } from "../../../../local/services/api/rest-api-plane";
import { deploy } from "../../../support/mocks";

const defaults: HttpIngestionArgs = {
  streamName: "events",
  streamArn: "arn:stream",
  eventSchema: {
    type: "object",
    required: ["page"],
    properties: { page: { type: "string", minLength: 1 }, views: { exclusiveMinimum: 0 } },
    additionalProperties: false,
  },
  partitionKey: { field: "page" },
  requestsPerSecond: 100,
  logRetentionDays: 30,
};

/** The resources of an HTTP ingestion as the provider hands them over; the key has the value `the-key`. */
export async function declaredIngestion(
  args: Partial<HttpIngestionArgs> = {},
): Promise<DeclaredResource[]> {
  const { resources } = await deploy(() => {
    new HttpIngestion("ingestion", { ...defaults, ...args });
  });
  return resources.map(({ type, name, inputs }) => ({
    urn: `${type}::${name}`,
    type,
    name,
    id: `${name}-id`.replaceAll("-", "_"),
    inputs: JSON.parse(
      // Ids of APIs have no hyphens.
      JSON.stringify(inputs).replaceAll("ingestion-id", "ingestion_id"),
    ) as DeclaredResource["inputs"],
    outputs: { path: `/${String(inputs["pathPart"])}`, value: "the-key" },
  }));
}

/** Creates or reads resources. @returns the address to which events are posted */
export async function urlOf(
  plane: RestApiPlane,
  resources: readonly DeclaredResource[],
  operation: "create" | "read" = "create",
): Promise<string> {
  let url = "";
  for (const resource of resources) {
    const outputs = await plane.dataPlanes[resource.type]?.[operation](resource);
    const invokeUrl = outputs?.["invokeUrl"];
    if (typeof invokeUrl === "string") url = `${invokeUrl}/events`;
  }
  return url;
}
