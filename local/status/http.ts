import * as v from "valibot";

const PATIENCE_MILLISECONDS = 5000;

/** Schema of an answer; other properties are dropped. */
export type Schema<T> = v.GenericSchema<unknown, T>;

/** The validated JSON of a local service; a body is posted. @throws Error that names the request */
export async function fetchJson<T>(
  endpoint: string,
  path: string,
  schema: Schema<T>,
  body?: string,
): Promise<T> {
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
  return parsed(schema, await response.json(), `The answer of ${url.origin}${url.pathname}`);
}

/** A validated value from outside. @throws Error that names the first invalid place */
export function parsed<T>(schema: Schema<T>, value: unknown, what: string): T {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new Error(`${what} is not understood: ${v.getDotPath(issue) ?? "it"}: ${issue.message}`);
}

/** What fetch's own "fetch failed" hides. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error
    ? ((cause as NodeJS.ErrnoException).code ?? cause.message)
    : error.name;
}
