import { DeliveryStream } from "../../infra/delivery/delivery-stream";

/** What is put becomes a document of an index per day; what the index refuses goes to the bucket. */
export function example() {
  const delivery = new DeliveryStream("notes", {
    search: {
      domainArn: "arn:aws:es:us-east-1:123456789012:domain/notes",
      indexName: "notes",
      rotation: "OneDay",
      subnetIds: ["subnet-0123456789abcdef0"],
      securityGroupIds: ["sg-0123456789abcdef0"],
    },
    bufferMiB: 5,
    bufferSeconds: 60,
    logRetentionDays: 30,
  });
  return { name: delivery.name, roleArn: delivery.roleArn };
}
