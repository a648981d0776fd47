import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect } from "chai";
import { freePorts, portProblem } from "../../../local/machine/ports";

describe("The ports of the local services", () => {
  const server = createServer();
  let taken = 0;

  before(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    taken = (server.address() as AddressInfo).port;
  });
  after(() => {
    server.close();
  });

  it("are free and differ from each other", async () => {
    const ports = Object.values(await freePorts(["a", "b", "c", "d"]));
    expect(new Set(ports).size).to.equal(4);
    for (const port of ports)
      expect(await portProblem(port, "a test", "--port")).to.equal(undefined);
  });

  it("are none that the system gives to outgoing connections", async () => {
    for (const port of Object.values(await freePorts(["a", "b", "c", "d"]))) {
      expect(port).to.be.within(1024, 32_767);
    }
  });

  it("are those of an earlier run where they are still free", async () => {
    const earlier = await freePorts(["a", "b"]);
    const now = await freePorts(["a", "b"], { ...earlier, b: taken });
    expect(now.a).to.equal(earlier.a);
    expect(now.b).to.not.equal(taken);
  });

  it("are reported with what has them and how to choose another", async () => {
    expect(await portProblem(taken, "the page", "--port")).to.match(
      new RegExp(
        `^Port ${taken} for the page is in use by (.+ \\(pid ${process.pid}\\)|another process); end it, or choose another with --port\\.$`,
      ),
    );
  });
});
