/** How long a service may take to answer; polls wait for each other. */
const PATIENCE_MILLISECONDS = 5000;

/**
 * The JSON that a local service answers; a body is posted.
 *
 * @throws Error that names the request when the service does not answer in time or refuses.
 */
export async function fetchJson<T>(endpoint: string, path: string, body?: string): Promise<T> {
  const url = new URL(path, endpoint);
  let response: Response;
  try {
    response = await fetch(url, {
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
      ...(body === undefined
        ? {}
        : { method: "POST", body, headers: { "content-type": "application/json" } }),
    });
  } catch (error) {
    throw new Error(`${url.origin} does not answer (${causeOf(error)})`, { cause: error });
  }
  if (!response.ok) throw new Error(`${url.href} answered ${response.status}`);
  return (await response.json()) as T;
}

/** What fetch's own "fetch failed" hides. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error
    ? ((cause as NodeJS.ErrnoException).code ?? cause.message)
    : error.name;
}
