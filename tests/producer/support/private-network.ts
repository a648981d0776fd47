import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, request, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";

/** Hosts that the server answers for: two of AWS, and one with files. */
const hosts = [
  "kinesis.eu-west-1.amazonaws.com",
  "portal.sso.eu-west-1.amazonaws.com",
  "files.example",
];

/** A network whose only way to AWS is a proxy that shows certificates of the company's own authority. */
export class PrivateNetwork {
  /** Hosts that clients asked the proxy for. */
  readonly connected: string[] = [];
  /** Content of https://files.example by path; other paths lead to /trips.csv. */
  readonly files = new Map<string, string>();
  /** The certificate of the authority. */
  readonly authority: string;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  /** Answer of the proxy instead of a connection. */
  refusal: string | undefined;

  private constructor(folder: string) {
    this.authority = join(folder, "ca.pem");
    writeFileSync(
      join(folder, "hosts"),
      `subjectAltName=${hosts.map((each) => `DNS:${each}`).join()}`,
    );
    const openssl = (...args: string[]) =>
      execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    openssl(
      "req",
      "-x509",
      ...key,
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
      "-subj",
      "/CN=Authority",
    );
    openssl("req", ...key, "-keyout", "key", "-out", "csr", "-subj", "/CN=Server");
    const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "hosts"];
    openssl("x509", "-req", "-in", "csr", ...signed, "-out", "certificate");
  }

  /** @param kinesis - HTTP endpoint behind the Kinesis host */
  static async open(folder: string, kinesis: string): Promise<PrivateNetwork> {
    const network = new PrivateNetwork(folder);
    const [key, cert] = ["key", "certificate"].map((name) => readFileSync(join(folder, name)));
    const aws = createHttpsServer({ key, cert }, (incoming, response) => {
      if (incoming.headers.host?.startsWith("portal.sso")) {
        const roleCredentials = {
          accessKeyId: "OFSSO",
          secretAccessKey: "secret",
          sessionToken: "token",
          expiration: Date.now() + 3_600_000,
        };
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ roleCredentials }));
        return;
      }
      if (incoming.headers.host === "files.example") {
        const file = network.files.get(incoming.url ?? "");
        response.writeHead(file === undefined ? 302 : 200, { location: "/trips.csv" }).end(file);
        return;
      }
      const { method, headers, url = "/" } = incoming;
      const behind = request(new URL(url, kinesis), { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      incoming.pipe(behind);
    });
    await once(aws.listen(0, "127.0.0.1"), "listening");
    const { port } = aws.address() as AddressInfo;
    const proxy = createHttpServer().on("connect", ({ url = "" }, client: Socket) => {
      network.connected.push(url);
      if (network.refusal !== undefined) {
        client.end(network.refusal);
        return;
      }
      const server = connect(port, "127.0.0.1", () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
      for (const socket of [client, server]) {
        network.#sockets.add(socket);
        socket.on("error", () => undefined);
      }
      client.pipe(server).pipe(client);
    });
    await once(proxy.listen(0, "127.0.0.1"), "listening");
    network.#servers.push(aws, proxy);
    return network;
  }

  get proxy(): string {
    const { port } = this.#servers[1]?.address() as AddressInfo;
    return `http://user:secret@127.0.0.1:${port}`;
  }

  close(): void {
    this.#sockets.forEach((socket) => socket.destroy());
    this.#servers.forEach((server) => server.close());
  }
}
