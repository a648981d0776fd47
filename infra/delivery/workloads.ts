import path from "node:path";
import tradeSchema from "../../producer/schemas/trade.schema.json";
import tripSchema from "../../producer/schemas/trip.schema.json";
import type { DeliveryStreamArgs } from "./args";
import type { ColumnSource } from "./columns";
import type { TablePartition } from "./table";
import type { JobProperties } from "../contracts/runtime-properties.generated";
import { boroughFolders } from "./transform/boroughs";

/** What flows through a pipeline. */
export type Workload = JobProperties["workload"];

/** How the events of a workload look in the archive. */
interface ArchivedEvents extends ColumnSource {
  readonly tableName: string;
  readonly description: string;
  /** Partition keys that the transform returns. */
  readonly partitions: readonly TablePartition[];
  readonly transformPath: string;
}

/** What a stack chooses about its archive. */
export interface ArchiveChoices {
  /** PARQUET: columns for Athena. JSON: gzipped lines as the producer wrote them. */
  readonly format: (typeof archiveFormats)[number];
  /** Folders by day of the event and borough or symbol, instead of by hour of arrival. */
  readonly partitioned: boolean;
  /** The Glue database of Parquet archives. */
  readonly databaseName: string;
}

export const archiveFormats = ["PARQUET", "JSON"] as const;

const transforms = path.join(__dirname, "transform");

const workloads: Readonly<Record<Workload, ArchivedEvents>> = {
  taxi: {
    tableName: "trips",
    description: "Completed taxi trips",
    schema: {
      properties: {
        ...tripSchema.properties,
        pickupBorough: { type: "string", description: "Borough of the pick-up zone." },
        dropoffBorough: { type: "string", description: "Borough of the drop-off zone." },
        durationSeconds: { type: "integer", description: "Seconds from pick-up to drop-off." },
      },
    },
    instants: ["pickupTime", "dropoffTime"],
    partitions: [
      // The year in which the city began to publish trips.
      { name: "day", values: { since: "2009-01-01" } },
      { name: "borough", values: boroughFolders },
    ],
    transformPath: path.join(transforms, "trips.ts"),
  },
  trades: {
    tableName: "trades",
    description: "Stock trades",
    schema: tradeSchema,
    instants: ["time"],
    partitions: [
      { name: "day", values: { since: "2020-01-01" } },
      { name: "symbol", values: "any" },
    ],
    transformPath: path.join(transforms, "trades.ts"),
  },
};

/** The transform that events are indexed with, and the start of the names of their indices. */
export function indexOf(
  workload: Workload,
): Required<Pick<DeliveryStreamArgs, "transform">> & { readonly indexName: string } {
  const { transformPath, tableName } = workloads[workload];
  return { transform: { entryPath: transformPath }, indexName: tableName };
}

/** The transform, the partitions and the table that the events of a workload are archived with. */
export function archiveOf(
  workload: Workload,
  { format, partitioned, databaseName }: ArchiveChoices,
): Pick<DeliveryStreamArgs, "transform" | "partitions" | "table"> {
  const { transformPath, partitions, ...table } = workloads[workload];
  return {
    transform: { entryPath: transformPath },
    ...(partitioned && { partitions: partitions.map(({ name }) => ({ name })) }),
    ...(format === "PARQUET" && {
      table: { ...table, databaseName, partitions: partitioned ? partitions : [] },
    }),
  };
}
