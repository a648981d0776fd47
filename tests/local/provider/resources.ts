import type { CheckContext } from "../../../local/provider/check";

export const STREAM = "aws:kinesis/stream:Stream";
export const BUCKET = "aws:s3/bucket:Bucket";
export const DOMAIN = "aws:opensearch/domain:Domain";

export function urn(type: string, name: string): string {
  return `urn:pulumi:dev::project::${type}::${name}`;
}

/** What a check of a new resource knows. */
export function newResource(type: string, name = "events"): CheckContext {
  return { urn: urn(type, name), type, defaultTags: {} };
}
