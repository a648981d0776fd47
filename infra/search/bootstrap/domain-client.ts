import { setTimeout as delay } from "node:timers/promises";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Body } from "./domain-settings";

export interface DomainClientOptions {
  /** URL of the domain, without a slash at the end. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** Milliseconds that are left for everything; asked before each attempt. */
  readonly remainingMilliseconds: () => number;
  /** @default waits for real */
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

export interface Answer {
  readonly status: number;
  readonly body: Body;
}

/** What a request carries. */
interface Content {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const jsonHeaders = { "content-type": "application/json" };
const ATTEMPT_MILLISECONDS = 20_000;
const FIRST_PAUSE_MILLISECONDS = 500;
const LONGEST_PAUSE_MILLISECONDS = 10_000;

/** A variable of the environment. @throws Error when it is not set */
export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`The variable ${name} is not set`);
  return value;
}

/** Region and role of the function that runs, which Lambda puts into the environment. */
export function ownIdentity(): Pick<DomainClientOptions, "region" | "credentials"> {
  const sessionToken = process.env["AWS_SESSION_TOKEN"];
  return {
    region: required("AWS_REGION"),
    credentials: {
      accessKeyId: required("AWS_ACCESS_KEY_ID"),
      secretAccessKey: required("AWS_SECRET_ACCESS_KEY"),
      ...(sessionToken !== undefined && { sessionToken }),
    },
  };
}

/**
 * A domain's REST API. It asks again while the domain is not ready: it does not answer yet, is overloaded, or does not
 * yet know its master user (403), which takes a while after its creation.
 */
export class DomainClient {
  readonly #options: DomainClientOptions;
  readonly #signer: SignatureV4;

  constructor(options: DomainClientOptions) {
    this.#options = options;
    this.#signer = new SignatureV4({
      service: "es",
      region: options.region,
      credentials: options.credentials,
      sha256: Sha256,
    });
  }

  /** @throws Error with the last answer when the domain does not become ready in time. */
  async request(method: "GET" | "POST" | "PUT", path: string, body?: Body): Promise<Answer> {
    const content = body && { headers: jsonHeaders, text: JSON.stringify(body) };
    return this.#whenReady(method, path, content);
  }

  /**
   * Sends a file as a form does.
   *
   * @param headers - of the request, besides the content type
   * @throws Error with the last answer when the domain does not become ready in time.
   */
  async upload(
    path: string,
    file: { readonly name: string; readonly text: string },
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    const form = new FormData();
    form.set("file", new Blob([file.text]), file.name);
    // The form's own encoding, as text: what is signed must be what is sent.
    const encoded = new Response(form);
    const contentType = encoded.headers.get("content-type") ?? "";
    const text = await encoded.text();
    return this.#whenReady("POST", path, {
      headers: { ...headers, "content-type": contentType },
      text,
    });
  }

  async #whenReady(method: string, path: string, content: Content | undefined): Promise<Answer> {
    const { remainingMilliseconds, wait = delay } = this.#options;
    let pause = FIRST_PAUSE_MILLISECONDS;
    for (;;) {
      const answer = await this.#attempt(method, path, content).catch((error: unknown) =>
        error instanceof Error ? error : new Error(String(error)),
      );
      if (!(answer instanceof Error) && isReady(answer)) return answer;
      // What follows needs time too, at least that of an attempt.
      if (remainingMilliseconds() < pause + ATTEMPT_MILLISECONDS) {
        throw new Error(`The domain is not ready: ${method} ${path}: ${inWords(answer)}`);
      }
      await wait(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS);
    }
  }

  async #attempt(method: string, path: string, content: Content | undefined): Promise<Answer> {
    const url = new URL(this.#options.endpoint + path);
    const signed = await this.#signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port !== "" && { port: Number(url.port) }),
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host, ...content?.headers },
      body: content?.text,
    });
    const response = await fetch(url, {
      method,
      headers: signed.headers,
      ...(content && { body: content.text }),
      // Dashboards sends whom it does not know to a page for signing in, which would look like success.
      redirect: "manual",
      signal: AbortSignal.timeout(ATTEMPT_MILLISECONDS),
    });
    return { status: response.status, body: parsed(await response.text()) };
  }
}

/** What an answer says, for an error. */
export function inWords(answer: Answer | Error): string {
  return answer instanceof Error
    ? [answer.message, answer.cause].filter(Boolean).map(String).join(": ")
    : JSON.stringify(answer);
}

function isReady({ status }: Answer): boolean {
  return status !== 403 && status !== 429 && status < 500;
}

/** Some refusals, and what stands before a domain, answer with text. */
function parsed(text: string): Body {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Body;
  } catch {
    // Reported as it is.
  }
  return { text };
}
