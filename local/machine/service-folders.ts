import path from "node:path";

/** Where the local services keep what they write, below one folder. */
export class ServiceFolders {
  readonly root: string;

  constructor(root: string) {
    this.root = path.resolve(root);
  }

  state(service: "kinesis" | "opensearch" | "flink" | "firehose" | "lambda" | "s3"): string {
    return path.join(this.root, service);
  }

  log(name: string): string {
    return path.join(this.root, "logs", `${name}.log`);
  }

  /** A file for each process that runs. */
  get processes(): string {
    return path.join(this.root, "processes");
  }
}
