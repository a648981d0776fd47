import { isNetworkError } from "./kinesis-error";
import type { StreamTarget } from "./target";

const advice: Readonly<Record<string, string>> = {
  ResourceNotFoundException:
    "the stream does not exist there; create it or correct --stream, --region or the AWS profile",
  KMSAccessDeniedException: "allow kms:GenerateDataKey on the key that encrypts the stream",
  KMSDisabledException: "enable the KMS key that encrypts the stream",
  KMSInvalidStateException: "the KMS key that encrypts the stream is not usable; check its state",
  KMSNotFoundException:
    "the KMS key that encrypts the stream is gone; choose another for the stream",
  CredentialsProviderError:
    "there are no AWS credentials; sign in, set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and " +
    "AWS_SECRET_ACCESS_KEY",
  ExpiredTokenException: "the AWS credentials have expired; renew them",
  UnrecognizedClientException: "AWS does not know the credentials; check them and the region",
  InvalidSignatureException:
    "AWS refuses the signature; check the secret key and the clock of this host",
};

/** What the replay has to be allowed. */
const writePermissions =
  "kinesis:DescribeStreamSummary, kinesis:ListShards and kinesis:PutRecords on the stream and, " +
  "if it is encrypted with a KMS key, kms:GenerateDataKey on the key";

/**
 * What went wrong with the stream, and what to do about it, in one line.
 *
 * @param permissions - what has to be allowed
 */
export function explain(
  error: unknown,
  target: StreamTarget,
  permissions: string = writePermissions,
): string {
  const place = target.endpoint ?? target.region;
  const subject = `stream ${target.stream} (${place})`;
  if (!(error instanceof Error)) {
    return `${subject}: ${String(error)}`;
  }
  if (isNetworkError(error)) {
    const fix =
      target.endpoint === undefined
        ? "check the network and --region"
        : "check that the server runs, and AWS_ENDPOINT_URL_KINESIS";
    return `${subject} cannot be reached; ${fix} (${error.message || networkCode(error)})`;
  }
  const known =
    error.name === "AccessDeniedException"
      ? `the credentials lack a permission; allow ${permissions}`
      : advice[error.name];
  const said = `${error.name}: ${error.message}`;
  return known === undefined ? `${subject}: ${said}` : `${subject}: ${known} (${said})`;
}

function networkCode(error: Error): string {
  return "code" in error ? String(error.code) : error.name;
}
