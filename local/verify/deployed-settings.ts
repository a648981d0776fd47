import type { kinesisanalyticsv2 } from "@pulumi/aws";
import type { Unwrap } from "@pulumi/pulumi";
import schema from "../../flink-job/src/main/resources/runtime-properties.schema.json";
import type { OperationResult } from "../engine/policy-pack";
import type { TradeSettings } from "./expected-trades";
import type { TripSettings } from "./expected-trips";

const APPLICATION = "aws:kinesisanalyticsv2/application:Application";

/** Settings of the job in the deployed program, as far as replay, verification and page have to know. */
export interface DeployedSettings extends TripSettings, TradeSettings {
  /** Event time by which records of a shard may be out of order before they are late. */
  readonly outOfOrdernessSeconds: number;
}

/**
 * The job's settings as deployed, not as configured, with the defaults of the contract.
 * @throws Error without an application
 */
export function deployedSettings({ resources }: OperationResult): DeployedSettings {
  const application = resources.find(({ type, op }) => type === APPLICATION && op !== "delete");
  if (application === undefined) throw new Error("The program declares no Flink application.");
  const { applicationConfiguration } =
    application.inputs as Unwrap<kinesisanalyticsv2.ApplicationArgs>;
  const declared = applicationConfiguration?.environmentProperties?.propertyGroups ?? [];
  const groups = new Map(declared.map((group) => [group.propertyGroupId, group.propertyMap]));
  const { source, demand, airports, trades } = schema.properties;
  const number = (group: string, key: string, { default: fallback }: { default: number }): number =>
    Number(groups.get(group)?.[key] ?? fallback);
  return {
    demandWindowMinutes: number("demand", "windowMinutes", demand.properties.windowMinutes),
    demandSlideMinutes: number("demand", "slideMinutes", demand.properties.slideMinutes),
    geohashPrecision: number("demand", "geohashPrecision", demand.properties.geohashPrecision),
    topAreas: number("demand", "topAreas", demand.properties.topAreas),
    normalWindows: number("demand", "normalWindows", demand.properties.normalWindows),
    airportWindowMinutes: number("airports", "windowMinutes", airports.properties.windowMinutes),
    tradeWindowSeconds: number("trades", "windowSeconds", trades.properties.windowSeconds),
    outOfOrdernessSeconds: number(
      "source",
      "outOfOrdernessSeconds",
      source.properties.outOfOrdernessSeconds,
    ),
  };
}
