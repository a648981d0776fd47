/** An option of the replay, on the command line and in the configuration file. */
export interface OptionSpec {
  /** What stands for the value in the help; undefined for a switch. */
  readonly value?: string;
  readonly text: string;
  readonly range?: string;
  /** As it would be written on the command line, or in words where it depends on something. */
  readonly default?: string;
  readonly example: string;
  /** May be given more than once. */
  readonly list?: true;
  /** Has no meaning for the other workload. */
  readonly only?: "taxi" | "trades";
}

/** Every option by its name, in the order of the help; `help` and `config` are the command line's own. */
export const optionTable = {
  stream: {
    value: "<name>",
    text: "stream to send to",
    range: "1 to 128 letters, digits, _, . or -",
    default: "none; required for the output kinesis",
    example: "--stream trips",
  },
  region: {
    value: "<region>",
    text: "AWS region of the stream",
    range: "a region's name",
    default: "AWS_REGION, else AWS_DEFAULT_REGION",
    example: "--region eu-central-1",
  },
  output: {
    value: "<output>",
    text: "where the records go; stdout writes them as JSON lines and reports to the standard error",
    range: "kinesis, stdout",
    default: "kinesis",
    example: "--output stdout",
  },
  "dry-run": {
    text: "read and check the input and say what would be sent, without AWS",
    default: "off",
    example: "--dry-run",
  },
  workload: {
    value: "<workload>",
    text: "taxi replays recorded trips, trades makes trades of stocks up",
    range: "taxi, trades",
    default: "taxi",
    example: "--workload trades",
  },
  input: {
    value: "<source>",
    text: "file, glob, s3:// object or prefix ending in /, https:// address, or - for the standard input; may be repeated",
    range: ".csv, .jsonl, .json or .ndjson, each also .gz; .parquet",
    default: "none; required for the workload taxi",
    example: '--input "data/yellow_*.parquet"',
    list: true,
    only: "taxi",
  },
  format: {
    value: "<format>",
    text: "format of the input, where its names do not tell it",
    range: "csv, jsonl, parquet",
    default: "by the name; csv for the standard input",
    example: "--format jsonl",
    only: "taxi",
  },
  symbols: {
    value: "<symbols>",
    text: "symbols that are traded: a list, or how many",
    range: "1 to 10000, or symbols such as ACME,GLOBEX",
    default: "10",
    example: "--symbols ACME,GLOBEX",
    only: "trades",
  },
  "trades-per-second": {
    value: "<rate>",
    text: "trades of each symbol in a second of event time, on average",
    range: "0.001 to 100000",
    default: "1",
    example: "--trades-per-second 5",
    only: "trades",
  },
  "trading-hours": {
    value: "<hours>",
    text: "when trades are made, on weekdays",
    range: "HH:MM-HH:MM with a time zone if it is not New York's, or always",
    default: "09:30-16:00 America/New_York",
    example: '--trading-hours "08:00-16:30 Europe/London"',
    only: "trades",
  },
  start: {
    value: "<time>",
    text: "event time from which trades are made",
    range: "an instant, or the wall-clock time of New York",
    default: "2024-01-02T14:30:00Z",
    example: '--start "2024-03-01 09:30:00"',
    only: "trades",
  },
  duration: {
    value: "<time>",
    text: "event time after which they end",
    range: "above 0, in ms, s, m, h or d; or endless",
    default: "endless",
    example: "--duration 6.5h",
    only: "trades",
  },
  seed: {
    value: "<number>",
    text: "the same seed gives the same trades",
    range: "0 to 4294967295",
    default: "1",
    example: "--seed 42",
    only: "trades",
  },
  volatility: {
    value: "<fraction>",
    text: "standard deviation of a year's returns",
    range: "0 to 10",
    default: "0.3",
    example: "--volatility 0.8",
    only: "trades",
  },
  speedup: {
    value: "<factor>",
    text: "how many times faster than they happened events are sent; 0 or max: without a schedule",
    range: "0.001 to 1000000, 0 or max",
    default: "60",
    example: "--speedup 3600",
  },
  "max-rate": {
    value: "<records/s>",
    text: "records a second at most",
    range: "0.001 to 10000000, or none",
    default: "none",
    example: "--max-rate 500",
  },
  ramp: {
    value: "<seconds>",
    text: "warm-up in which speed and rate grow from nothing",
    range: "0 to 86400",
    default: "0",
    example: "--ramp 120",
  },
  seek: {
    value: "<time>",
    text: "event time of the first event sent",
    range: "an instant, or the wall-clock time of New York",
    default: "that of the first event",
    example: "--seek 2019-03-01T18:00:00Z",
  },
  until: {
    value: "<time>",
    text: "event time before which events are sent",
    range: "an instant, or the wall-clock time of New York",
    default: "after the last event",
    example: '--until "2019-03-02 00:00:00"',
  },
  loop: {
    text: "begin again after the last event, with later event times and other ids, until a signal",
    default: "off",
    example: "--loop",
  },
  "shift-to-now": {
    text: "move all event times so that the first one is the time at which the replay starts",
    default: "off",
    example: "--shift-to-now",
  },
  "max-disorder": {
    value: "<seconds>",
    text: "event time by which records may be out of order; more is faster",
    range: "0 to 86400",
    default: "60",
    example: "--max-disorder 300",
  },
  shuffle: {
    value: "<seconds>",
    text: "event time within which events change places, to try what a consumer does about disorder",
    range: "0 to 86400",
    default: "0",
    example: "--shuffle 30",
  },
  "max-attempts": {
    value: "<count>",
    text: "failed attempts after which a record is given up",
    range: "1 to 1000000",
    default: "100",
    example: "--max-attempts 10",
  },
  "rate-limit": {
    value: "<percent>",
    text: "share of a shard's throughput (1000 records/s, 1 MiB/s) to use",
    range: "1 to 10000",
    default: "100",
    example: "--rate-limit 50",
  },
  "partition-key": {
    value: "<field>",
    text: "required field of the event that is the partition key; round-robin spreads evenly and keeps no order",
    range: "a field, or round-robin",
    default: "pickupZone for taxi, symbol for trades",
    example: "--partition-key round-robin",
  },
  aggregate: {
    text: "pack many events into a record, as the Kinesis Producer Library does; consumers must unpack them",
    default: "off",
    example: "--aggregate",
  },
  "max-record-kib": {
    value: "<KiB>",
    text: "largest record that the stream takes, as it is configured",
    range: "1024 to 10240",
    default: "1024",
    example: "--max-record-kib 4096",
  },
  "dead-letters": {
    value: "<file>",
    text: "write rejected rows there, with the reason, as JSON lines",
    range: "a path",
    default: "none",
    example: "--dead-letters rejected.jsonl",
    only: "taxi",
  },
  resume: {
    value: "<file>",
    text: "keep the position there, and go on after it when it exists",
    range: "a path",
    default: "none",
    example: "--resume trips.position",
  },
  report: {
    value: "<file>",
    text: "write the final report there, as JSON",
    range: "a path",
    default: "none",
    example: "--report report.json",
  },
  metrics: {
    value: "<format>",
    text: "metrics for CloudWatch, once a second, as JSON lines on the standard output",
    range: "none, emf",
    default: "none",
    example: "--metrics emf",
  },
  json: {
    text: "report as JSON lines on the standard output, once a second and at the end",
    default: "off",
    example: "--json",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** The name of an option, without the leading hyphens. */
export type OptionName = keyof typeof optionTable;

/** The options by name, for code that treats them all alike. */
export const optionSpecs: Readonly<Record<OptionName, OptionSpec>> = optionTable;
export const optionNames = Object.keys(optionTable) as OptionName[];
