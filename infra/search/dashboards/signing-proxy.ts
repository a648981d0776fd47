import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { Agent, request } from "node:https";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { Sha256 } from "@smithy/core/checksum";
import { buildQueryString } from "@smithy/core/protocols";
import { SignatureV4, type SignatureV4Init } from "@smithy/signature-v4";

export interface TunnelledDomain extends Pick<SignatureV4Init, "region" | "credentials"> {
  /** Host name of the domain, for which its certificate is valid. */
  readonly host: string;
  /** Port of 127.0.0.1 that is forwarded to port 443 of the domain. */
  readonly port: number;
}

/** Headers between two hops, those that are signed, and those of the page's own address. */
const notForwarded =
  /^(authorization|connection|content-length|expect|host|keep-alive|origin|referer|te|trailer|transfer-encoding|upgrade|(proxy|sec|x-amz)-.*)$/;

/**
 * Signs each request (Signature Version 4) and forwards it to the domain, whose certificate is verified for `host`.
 * Other pages in the browser are refused, as a signature would give them the credentials' access.
 */
export function signingProxy({ host, port, region, credentials }: TunnelledDomain) {
  const signer = new SignatureV4({ service: "es", region, credentials, sha256: Sha256 });
  const agent = new Agent({ keepAlive: true });

  async function forward(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", headers } = incoming;
    const { pathname, searchParams } = new URL(`https://${host}${incoming.url ?? "/"}`);
    const query: Record<string, string[]> = {};
    for (const [key, value] of searchParams) (query[key] ??= []).push(value);
    const body = await buffer(incoming);
    const contentType = headers["content-type"];
    const signed = await signer.sign({
      method,
      protocol: "https:",
      hostname: host,
      path: pathname,
      query,
      headers: { host, ...(contentType !== undefined && { "content-type": contentType }) },
      body,
    });
    const forwarded = Object.entries(headers).filter(([name]) => !notForwarded.test(name));
    const outgoing = request({
      agent,
      host: "127.0.0.1",
      port,
      servername: host,
      method,
      // Encoded as it is signed: the browser may write a space as +.
      path: searchParams.size === 0 ? pathname : `${pathname}?${buildQueryString(query)}`,
      headers: {
        ...Object.fromEntries(forwarded),
        ...signed.headers,
        ...(body.length > 0 && { "content-length": body.length }),
      },
    });
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.on("response", resolve).on("error", reject).end(body);
    });
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    await pipeline(answer, response);
  }

  return ((incoming, response) => {
    if (!isOwn(incoming)) {
      response.writeHead(403).end("Requests of other pages are refused.\n");
      return;
    }
    forward(incoming, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end(`The domain did not answer: ${String(error)}\n`);
    });
  }) satisfies RequestListener;
}

/** Whether a program or a page of this proxy sent the request; a foreign name can resolve to 127.0.0.1. */
function isOwn({ url, headers, socket }: IncomingMessage): boolean {
  const { host = "", origin = `http://${host}`, "sec-fetch-site": site = "none" } = headers;
  return (
    url?.startsWith("/") === true &&
    ["127.0.0.1", "localhost"].some((name) => host === `${name}:${socket.localPort}`) &&
    origin === `http://${host}` &&
    (site === "none" || site === "same-origin")
  );
}
