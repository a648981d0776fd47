import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { NotRunningError } from "../../../local/run/run-file";
import { statusOf } from "../../../local/run/status-command";

describe("the status of a run that is frozen", () => {
  it("is that it does not answer, with its process", async () => {
    const frozen = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(frozen, "listening");
    const page = `http://127.0.0.1:${(frozen.address() as AddressInfo).port}/`;
    const refused = await statusOf({ address: page, pid: 4711 }, 100).catch(
      (error: unknown) => error,
    );
    frozen.closeAllConnections();
    frozen.close();
    expect(refused).to.be.instanceOf(NotRunningError);
    expect((refused as NotRunningError).starting).to.deep.equal({
      pid: 4711,
      step: `no answer from ${page}`,
    });
  });
});
