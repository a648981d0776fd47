import { policyLimits, stackLines } from "./configuration";
import { amount, counted, percent, usd, whole } from "./figures";
import { findings } from "./findings";
import type { Recommendation } from "./recommendation";

/** A recommendation to read: sizes, what binds, costs, advice and the lines to paste. */
export function report(recommendation: Recommendation): string {
  const { pipelines } = recommendation;
  const advice = findings(recommendation);
  return [
    loadLine(recommendation),
    "",
    ...table(sizes(recommendation)),
    "",
    ...costTable(recommendation),
    ...(advice.length === 0 ? [] : ["", "To decide"]),
    ...advice.map(({ fact, fix }) => `- ${fact}. ${fix}`),
    "",
    `In the stack's file Pulumi.<stack>.yaml${pipelines > 1 ? `, for each of the ${pipelines} stacks` : ""}, under config`,
    ...stackLines(recommendation),
    "",
    "In the configuration of the policy pack, policies/limits.<stack>.json",
    JSON.stringify(policyLimits(recommendation), null, 2),
    "",
  ].join("\n");
}

export function document(recommendation: Recommendation): unknown {
  return {
    ...recommendation,
    findings: findings(recommendation),
    configuration: stackLines(recommendation),
    policyLimits: policyLimits(recommendation),
  };
}

function loadLine({ load, pipelines }: Recommendation): string {
  const { recordsPerSecond, recordBytes, peak, consumers, retentionHours, region } = load;
  const words = [
    `${amount(recordsPerSecond)} records a second of ${amount(recordBytes)} bytes`,
    ...(peak > 1 ? [`${amount(peak)} times as many at the busiest`] : []),
    counted(consumers, "consumer"),
    `kept for ${retentionHours} hours`,
    region,
  ];
  const each = pipelines > 1 ? `; sizes are those of each of ${pipelines} pipelines` : "";
  return `${words.join(", ")}${each}`;
}

type Row = readonly [string, string, string];

function sizes({ load, stream, application, delivery, search }: Recommendation): readonly Row[] {
  const readers = [
    `${stream.pollingConsumers} polling`,
    ...(stream.fanOutConsumers > 0 ? [`${stream.fanOutConsumers} with enhanced fan-out`] : []),
  ];
  return [
    ["Shards", whole(stream.shardCount), use(stream)],
    ["Consumers", String(load.consumers), readers.join(", ")],
    [
      "KPUs",
      `${application.kpus} + 1`,
      `parallelism ${application.parallelism}, ${amount(load.recordsPerSecondPerKpu)} records/s each`,
    ],
    [
      "Delivery buffer",
      `${delivery.bufferMebibytes} MiB, ${delivery.bufferSeconds} s`,
      `objects of ${amount(delivery.objectMebibytes)} MiB, ended by ${delivery.endedBy}`,
    ],
    [
      "Data nodes",
      `${search.dataNodes} × ${search.instanceType}`,
      `${search.volumeGibibytes} GiB each for ${amount(search.storageGibibytes)} GiB, ${counted(search.indexShards, "primary shard")} per day`,
    ],
    ["Masters", `${search.masters} × ${search.masterType}`, ""],
  ];
}

function use({ boundBy, use: shares }: Recommendation["stream"]): string {
  const words = Object.entries(shares).map(([limit, share]) => `${limit} ${percent(share)}`);
  return `bound by ${boundBy} (${words.join(", ")})`;
}

function costTable({
  costs,
  onDemandStream,
  advantageUsd,
  monthlyUsd,
}: Recommendation): readonly string[] {
  const items = costs.flatMap(({ part, items: own }) =>
    own.map((item): Row => [
      part,
      usd(item.usd),
      `${amount(item.quantity)} × ${item.unit} of ${item.what}`,
    ]),
  );
  return [
    ...table([["Cost a month", "", ""], ...items, ["Together", usd(monthlyUsd), ""]]),
    `The stream on demand would cost ${usd(onDemandStream.usd)}, under On-demand Advantage up to ${usd(advantageUsd)}.`,
    "List prices of the first volume tier: Firehose is cheaper above 500 TB a month, S3 above 50 TB. Data transfer, logs, functions and network are not in them.",
  ];
}

function table(rows: readonly Row[]): readonly string[] {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map(([first, second, third]) =>
    [first.padEnd(widths[0] ?? 0), second.padStart(widths[1] ?? 0), third].join("  ").trimEnd(),
  );
}
