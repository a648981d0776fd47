import { taggableTypes } from "../../policies/engine/sdk-types";
import { change, type TestResource } from "../support/policy";
import { access } from "./access-fixtures";
import { alarms } from "./alarm-fixtures";
import { buckets } from "./bucket-fixtures";
import {
  application,
  consumer,
  delivery,
  domain,
  eventSource,
  instance,
  key,
  lambda,
  logGroup,
  queue,
  scalingTarget,
  stream,
  subscription,
  topic,
  volume,
} from "./fixtures";
import { network } from "./network-fixtures";
import { services } from "./service-fixtures";

/** A stack that no policy objects to, each policy with something to judge but those about what must not be there. */
export const compliant: readonly TestResource[] = relinked(
  [
    stream,
    consumer,
    application,
    delivery,
    domain,
    instance,
    volume,
    lambda,
    eventSource,
    scalingTarget,
    logGroup,
    key,
    topic,
    subscription,
    queue,
    ...buckets,
    ...network,
    ...access,
    ...services,
    ...alarms,
  ],
  (one) =>
    taggableTypes.includes(one.type)
      ? change(one, { tags: { project: "trips", stack: "test" } })
      : one,
);

/** Resources after a change to each, with what they depend on changed alike. */
export function relinked(
  resources: readonly TestResource[],
  changed: (resource: TestResource) => TestResource,
): TestResource[] {
  const results = new Map(resources.map((one) => [one, { ...changed(one) }]));
  return [...results.values()].map((result) =>
    result.dependencies === undefined
      ? result
      : Object.assign(result, {
          dependencies: Object.fromEntries(
            Object.entries(result.dependencies).map(([property, needed]) => [
              property,
              needed.map((one) => results.get(one) ?? one),
            ]),
          ),
        }),
  );
}
