/**
 * The rooms of each folder from the bottom up: a room imports only rooms in lines above its own here.
 * Files that are not in a room are entry points and may import all of them.
 */
const rooms = {
  infra: [
    ["core"],
    ["watch", "contracts", "network", "bootstrap"],
    ["delivery", "search"],
    ["query", "stream", "flink", "replay", "ingestion"],
    ["scaling", "canary", "function"],
    ["monitoring", "job-delivery"],
    ["pipeline"],
    ["plugin"],
  ],
  policies: [
    ["engine"],
    ["encryption"],
    [
      "storage",
      "search",
      "flink",
      "delivery",
      "streams",
      "compute",
      "network",
      "access",
      "operations",
      "cost",
    ],
  ],
  local: [
    ["machine"],
    ["provider"],
    ["services"],
    ["engine"],
    ["query"],
    ["verify"],
    ["status"],
    ["faults", "workloads", "page-server", "preview"],
    ["run"],
  ],
  producer: [
    ["events"],
    ["replay", "files"],
    ["trips", "generic", "trades"],
    ["kinesis"],
    ["tail"],
    ["command"],
  ],
};

/** Top folders that a top folder may import, besides itself. */
const folders = {
  cli: [],
  "flink-job": [],
  policies: [],
  producer: ["cli", "flink-job"],
  capacity: ["cli", "policies", "producer"],
  infra: ["capacity", "cli", "flink-job", "producer"],
  workloads: ["cli", "infra", "producer"],
  local: ["capacity", "cli", "flink-job", "infra", "policies", "producer"],
  examples: ["infra"],
};

const upwards = Object.entries(rooms).flatMap(([folder, lines]) =>
  lines.slice(0, -1).map((line, index) => ({
    name: `${folder}: ${line.join(", ")} import no room above`,
    severity: "error",
    from: { path: `^${folder}/(${line.join("|")})/` },
    to: {
      path: `^${folder}/(${lines
        .slice(index + 1)
        .flat()
        .join("|")})/`,
    },
  })),
);

const entryPoints = Object.keys(rooms).map((folder) => ({
  name: `${folder}: rooms import no entry point`,
  severity: "error",
  from: { path: `^${folder}/[^/]+/` },
  to: { path: `^${folder}/[^/]+\\.ts$` },
}));

const foreign = Object.entries(folders).map(([folder, others]) => ({
  name: `${folder} imports only ${[folder, ...others].join(", ")}`,
  severity: "error",
  from: { path: `^${folder}/` },
  to: {
    pathNot: `^(${[folder, ...others, "node_modules"].join("|")})/`,
    dependencyTypes: ["local"],
  },
}));

export default {
  forbidden: [
    { name: "no circle, types included", severity: "error", from: {}, to: { circular: true } },
    ...upwards,
    ...entryPoints,
    ...foreign,
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "node_modules|/dist/|/target/" },
    tsConfig: { fileName: "tsconfig.json" },
    // Imports of types count, too.
    tsPreCompilationDeps: true,
    combinedDependencies: true,
  },
};
