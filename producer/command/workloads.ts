import type { Workload } from "../events/workload";
import { events } from "../generic/events";
import { trades } from "../trades/trades";
import { taxi } from "../trips/taxi";

export const workloads: Readonly<Record<string, Workload>> = { taxi, trades, events };
