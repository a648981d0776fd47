import { expect } from "chai";

import { demandHistory } from "../../../local/status/demand-history";
import { startFakeService, type FakeService } from "./fake-service";
import { fakeDomain, startFakeSearch } from "./fake-services";

describe("the demand of past windows", () => {
  let domain: FakeService;
  const history = () =>
    demandHistory({
      endpoint: domain.endpoint,
      windowMinutes: 15,
      slideMinutes: 5,
      tradeWindowSeconds: 60,
    });

  before(async () => {
    domain = await startFakeSearch(fakeDomain);
  });
  after(() => domain.close());

  it("has zones, cells and top areas of one window", async () => {
    const window = await history().window(Date.parse("2019-03-01T18:00:00Z") / 1000);
    expect(window?.zones.map(({ zone }) => zone)).to.deep.equal([132, 7]);
    expect(window?.top.map(({ zone }) => zone)).to.deep.equal([132, 7]);
    expect(window?.cells).to.deep.equal([{ cell: "dr5ru7", trips: 3, normal: 1, score: 2 }]);
  });

  it("knows nothing of a window without a document", async () => {
    expect(await history().window(0)).to.equal(undefined);
  });

  it("lists all windows with the trips of all zones", async () => {
    const listed = await startFakeService(() => ({
      responses: [
        {
          aggregations: {
            groups: { buckets: [{ key: 1_551_463_200_000, doc_count: 2, trips: { value: 5 } }] },
          },
        },
      ],
    }));
    const windows = await demandHistory({
      endpoint: listed.endpoint,
      windowMinutes: 15,
      slideMinutes: 5,
      tradeWindowSeconds: 60,
    }).windows();
    await listed.close();
    expect(windows).to.deep.equal([[1_551_463_200, 5]]);
  });
});
