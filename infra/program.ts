import { resolve } from "node:path";
import { loadConfig } from "./pipeline/config";
import { Pipeline, type PipelinePaths } from "./pipeline/pipeline";
import type { PipelineOutputs } from "./pipeline/outputs";

const root = resolve(__dirname, "..");

/** Where this repository builds and keeps the programs. */
export const repositoryPaths: PipelinePaths = {
  producer: resolve(root, "producer/cli.ts"),
};

/**
 * The whole program of a stack; it can run inside another process, such as the local stack's.
 * @throws Error that lists everything wrong with the configuration
 */
export function program(paths: PipelinePaths = repositoryPaths): Readonly<PipelineOutputs> {
  return new Pipeline("pipeline", { ...loadConfig(), paths }).outputs;
}
