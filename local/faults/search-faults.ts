import { setTimeout as delay } from "node:timers/promises";

import type { Fault } from "./fault";

const SHARE = 0.3;
const SECONDS = 30;

/** The domain does not answer for a while. */
export const searchDown: Fault = {
  name: "search-down",
  description: `OpenSearch is stopped for ${SECONDS} seconds; what it missed is written afterwards`,
  async inject({ cloud, replayed, tell, signal }) {
    await replayed(SHARE);
    await cloud.interruptSearch(async () => {
      tell(`Fault: stopped OpenSearch for ${SECONDS} s`);
      await delay(SECONDS * 1000, undefined, { signal });
    });
    tell("Fault: OpenSearch answers again");
  },
};
