import { readFileSync } from "node:fs";
import path from "node:path";

/** What the replay host's first boot needs to know. */
export interface ReplayUserData {
  readonly bucketName: string;
  readonly key: string;
  readonly sha256: string;
  readonly streamName: string;
  readonly region: string;
  /** Event time in seconds by which records of a shard may be out of order. */
  readonly maxDisorderSeconds: number;
  readonly logGroupName: string;
  /** Options of the producer before those of the caller. */
  readonly producerArguments: readonly string[];
  /** What to replay from the first boot, if anything, and the folder in the bucket that keeps its position. */
  readonly start:
    | { readonly input: string; readonly speedup: number; readonly positionFolder: string }
    | undefined;
}

/**
 * The script of the replay host's first boot, boot.sh: it installs Node.js and the CloudWatch agent from Amazon Linux's own
 * packages, which come through the S3 gateway, and the producer from the bucket, and refuses a producer that is not the
 * one the program made. Where asked, service.sh starts the replay as a service that takes up after a failure where it was,
 * also on a host in place of a lost one: its position is copied to the bucket each minute and when it stops, and comes from
 * there where the volume has none. At the end of its input it is done.
 */
export function replayUserData({ start, producerArguments, ...data }: ReplayUserData): string {
  const options = producerArguments.map((argument) => ` ${quoted(argument)}`).join("");
  const boot = filled("boot.sh", { ...data, arguments: options });
  return start === undefined ? boot : boot + filled("service.sh", { ...data, ...start });
}

/** A script of this folder with values in place of {{names}}. */
function filled(file: string, values: Readonly<Record<string, string | number>>): string {
  const text = readFileSync(path.join(__dirname, file), "utf8");
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));
}

/** An argument as a POSIX shell takes it. */
export function quoted(argument: string): string {
  return /^[A-Za-z0-9_./:=-]+$/.test(argument)
    ? argument
    : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}
