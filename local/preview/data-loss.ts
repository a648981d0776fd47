import { statefulTypes } from "../../policies/operations/stateful-types";
import type { Values } from "../provider/values";

type Loss = (inputs: Values) => string;

/** What goes with a resource that holds data, and how long it is away. */
const losses: Readonly<Record<string, Loss>> = {
  "aws:kinesis/stream:Stream": ({ retentionPeriod = 24 }) =>
    `loses the records of the last ${String(retentionPeriod)} hours; a new stream takes up to 5 minutes`,
  "aws:kinesisanalyticsv2/application:Application": () =>
    "loses the job's state and its snapshots; a new application takes up to 10 minutes",
  // https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
  "aws:kms/key:Key": ({ deletionWindowInDays = 30 }) =>
    `makes everything it encrypts unreadable; deletion can be cancelled for ${String(deletionWindowInDays)} days`,
  // https://docs.aws.amazon.com/opensearch-service/latest/developerguide/gsgcreate-domain.html
  "aws:opensearch/domain:Domain": () =>
    "loses all indices and the automated snapshots; a new domain takes 15 to 30 minutes",
  "aws:s3/bucket:Bucket": ({ forceDestroy }) =>
    forceDestroy === true
      ? "loses all objects"
      : "fails while the bucket has objects; they must be moved first",
};

/** What deleting a resource loses; undefined when it holds no data. */
export function dataLoss(type: string, inputs: Values): string | undefined {
  const loss = losses[type];
  if (loss !== undefined) return loss(inputs);
  return (statefulTypes as readonly string[]).includes(type) ? "loses its data" : undefined;
}
