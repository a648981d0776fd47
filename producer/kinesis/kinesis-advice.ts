import { proxyOf, triedCredentials } from "../../cli/aws";
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
  ExpiredTokenException: "the AWS credentials have expired; renew them",
  UnrecognizedClientException: "AWS does not know the credentials; check them and the region",
  InvalidSignatureException:
    "AWS refuses the signature; check the secret key and the clock of this host",
};

/** What the replay has to be allowed. */
const writePermissions =
  "kinesis:DescribeStreamSummary, kinesis:ListShards and kinesis:PutRecords on the stream and, " +
  "if it is encrypted with a KMS key, kms:GenerateDataKey on the key";

/** What went wrong with the stream, and what to do about it, in one line. */
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
  const proxy = proxyOf(target.endpoint ?? `https://kinesis.${target.region}.amazonaws.com`);
  const way = proxy === undefined ? "" : ` through the proxy ${proxy} of the environment`;
  const code = "code" in error ? String(error.code) : error.name;
  if (isNetworkError(error)) {
    const fix =
      target.endpoint === undefined
        ? "check the network and --region"
        : "check that the server runs, and AWS_ENDPOINT_URL_KINESIS";
    const fixes = proxy === undefined ? fix : `check HTTPS_PROXY and NO_PROXY, or ${fix}`;
    return `${subject} cannot be reached${way}; ${fixes} (${error.message || code})`;
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    const tried = process.env["AWS_CA_BUNDLE"] ?? "the certificate authorities of Node.js";
    return (
      `${subject}: its certificate is not trusted${way}; set AWS_CA_BUNDLE to a file with the certificate of its ` +
      `authority (tried ${tried}; ${code}: ${error.message})`
    );
  }
  const said = `${error.name}: ${error.message}`;
  if (/^(CredentialsProvider|TokenProvider)Error$/.test(error.name)) {
    return (
      `${subject}: no AWS credentials were found; sign in (aws sso login), set --profile or AWS_PROFILE, or set ` +
      `AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (tried ${triedCredentials()}; ${said})`
    );
  }
  const known =
    error.name === "AccessDeniedException"
      ? `the credentials lack a permission; allow ${permissions}`
      : advice[error.name];
  return known === undefined ? `${subject}${way}: ${said}` : `${subject}: ${known} (${said})`;
}
