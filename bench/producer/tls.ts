import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, type Socket } from "node:net";
import path from "node:path";
import { createServer } from "node:tls";
import { pipeline } from "node:stream";

/** Of a key store that lives as long as a benchmark. */
const password = "benchmark";

/** A server's port behind TLS: the Kinesis Producer Library speaks nothing else. */
export interface TlsPort {
  readonly port: number;
  /** The certificate, which is signed by nobody else, for clients that want to know whom to trust. */
  readonly certificate: string;
  close(): void;
}

/** Forwards TLS connections for `localhost` to the port. @param folder where the key is kept */
export async function openTls(to: number, folder: string): Promise<TlsPort> {
  const certificate = path.join(folder, "certificate.pem");
  const keyStore = path.join(folder, "key.p12");
  const store = ["-keystore", keyStore, "-storepass", password, "-alias", "localhost"];
  keytool("-genkeypair", ...store, "-keyalg", "EC", "-dname", "CN=localhost", ...forLocalhost);
  keytool("-exportcert", ...store, "-rfc", "-file", certificate);
  const sockets = new Set<Socket>();
  const options = { pfx: readFileSync(keyStore), passphrase: password, noDelay: true };
  const server = createServer(options, (socket) => {
    const behind = connect({ port: to, host: "127.0.0.1", noDelay: true });
    sockets.add(behind);
    // Either side may hang up at any time.
    const end = () => sockets.delete(behind);
    pipeline(socket, behind, end);
    pipeline(behind, socket, end);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    certificate,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const forLocalhost = ["-storetype", "PKCS12", "-ext", "san=dns:localhost,ip:127.0.0.1"];

function keytool(...args: readonly string[]): void {
  const home = process.env["JAVA_HOME"];
  execFileSync(home === undefined ? "keytool" : path.join(home, "bin", "keytool"), args, {
    stdio: ["ignore", "ignore", "ignore"],
  });
}
