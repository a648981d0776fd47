import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, type Socket } from "node:net";
import path from "node:path";
import { createServer } from "node:tls";
import { pipeline } from "node:stream";
import { javaTool } from "../processes";

const password = "benchmark";

/** Forwards TLS connections for `localhost`, as the KPL needs, to the port. @param folder of key and certificate */
export async function openTls(to: number, folder: string) {
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
    close: (): void => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const forLocalhost = ["-storetype", "PKCS12", "-ext", "san=dns:localhost,ip:127.0.0.1"];

function keytool(...args: readonly string[]): void {
  execFileSync(javaTool("keytool"), args, { stdio: "ignore" });
}
