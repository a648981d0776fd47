const throttlingCodes = new Set([
  "ProvisionedThroughputExceededException",
  "LimitExceededException",
  "ThrottlingException",
  "Throttling",
  "RequestLimitExceeded",
  "KMSThrottlingException",
]);

/** Clients get these with a 400, yet they pass: new credentials are fetched, clocks are set. */
const passingCodes = new Set([
  "ExpiredToken",
  "ExpiredTokenException",
  "RequestExpired",
  "RequestTimeout",
  "RequestTimeTooSkewed",
  "TimeoutError",
]);

/** The service answered, but not what it was asked for. */
export class MalformedAnswerError extends Error {
  override readonly name = "MalformedAnswer";
}

/** The code by which AWS and Node.js name an error. */
export function errorCode(error: unknown): string {
  return error instanceof Error ? error.name : "Unknown";
}

export function isThrottling(code: string): boolean {
  return throttlingCodes.has(code);
}

/**
 * Whether the same request may succeed later: it was throttled, lost on the way, the service failed, or the answer is
 * not a well-formed one of the service, such as the page of a proxy.
 */
export function isRetryable(error: unknown): boolean {
  if (!(error instanceof Error)) {
    return false;
  }
  const status = httpStatus(error);
  return (
    isThrottling(error.name) ||
    passingCodes.has(error.name) ||
    isClockSkewCorrected(error) ||
    isNetworkError(error) ||
    isMalformed(error) ||
    (status !== undefined && (status >= 500 || status === 408 || status === 429))
  );
}

/** No answer came: connection refused, reset or timed out, name not resolved. */
export function isNetworkError(error: unknown): boolean {
  return (
    error instanceof Error &&
    httpStatus(error) === undefined &&
    (error.name === "TimeoutError" ||
      ("code" in error && /^E(?!RR_)[A-Z_]+$/.test(String(error.code))))
  );
}

/** The SDK could not read the answer, or found no code of an error in it. */
function isMalformed(error: Error): boolean {
  const isRefusal = "$fault" in error && error.name !== "Unknown";
  return error instanceof MalformedAnswerError || (httpStatus(error) !== undefined && !isRefusal);
}

/** The signature was too old or too new, and the SDK signs with the time of the service from now on. */
function isClockSkewCorrected(error: Error): boolean {
  return metadataOf(error).clockSkewCorrected === true;
}

function httpStatus(error: Error): number | undefined {
  const { httpStatusCode } = metadataOf(error);
  return typeof httpStatusCode === "number" ? httpStatusCode : undefined;
}

/** What the SDK notes about the answer to a request. */
function metadataOf(error: Error): { httpStatusCode?: unknown; clockSkewCorrected?: unknown } {
  return "$metadata" in error && typeof error.$metadata === "object" && error.$metadata !== null
    ? error.$metadata
    : {};
}
