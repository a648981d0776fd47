import { PrivateBucket } from "../../infra/core/private-bucket";

/** A bucket whose objects go after a quarter, and one for the log of requests to it. */
export function example(): Record<string, unknown> {
  const logs = new PrivateBucket("logs", { takesLogs: true, expirationDays: 90 });
  const reports = new PrivateBucket("reports", {
    expirationDays: 90,
    logBucketName: logs.bucketName,
  });
  return { bucketName: reports.bucketName };
}
