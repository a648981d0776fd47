import { expect } from "chai";
import { load } from "js-yaml";
import {
  clusterConfiguration,
  javaArguments,
  propertiesArgument,
  taskManagerArguments,
  taskManagerMemory,
} from "../../../../local/services/flink/flink-configuration";
import type { FlinkSettings } from "../../../../local/services/flink/flink-settings";

const settings: FlinkSettings = {
  name: "analytics",
  runtime: "flinkRuntime",
  code: { bucket: "code", key: "a.jar" },
  parallelism: 4,
  parallelismPerKpu: 2,
  checkpointing: { enabled: true, intervalMilliseconds: 10_000, minPauseMilliseconds: 500 },
  logLevel: "INFO",
  propertyGroups: [],
  startApplication: true,
  snapshotsEnabled: true,
  restore: true,
  allowNonRestoredState: false,
};
const ports = { rest: 1001, rpc: 1002, blob: 1003 };

function configuration(
  changes: Partial<FlinkSettings> = {},
  restoreFrom?: string,
): Record<string, unknown> {
  const job = { id: "0123456789abcdef0123456789abcdef", restoreFrom };
  return load(clusterConfiguration({ ...settings, ...changes }, ports, folders, job)) as Record<
    string,
    unknown
  >;
}

const folders = { flink: "/run/flink", buckets: "/run/s3" };

describe("The configuration of the Flink cluster", () => {
  it("keeps every address on this machine", () => {
    const values = configuration();
    const addresses = Object.entries(values).filter(([key]) => /address$|host$/.test(key));
    expect(addresses.map(([key]) => key)).to.have.members([
      "jobmanager.rpc.address",
      "jobmanager.bind-host",
      "rest.address",
      "rest.bind-address",
      "taskmanager.host",
      "taskmanager.bind-host",
    ]);
    for (const [key, address] of addresses) expect(address, key).to.equal("127.0.0.1");
    expect(values).to.include({
      "rest.port": 1001,
      "jobmanager.rpc.port": 1002,
      "blob.server.port": 1003,
    });
  });

  it("gives a task manager as many slots as a KPU has", () => {
    expect(configuration({ parallelismPerKpu: 3 })).to.include({
      "taskmanager.numberOfTaskSlots": 3,
    });
  });

  it("keeps checkpoints of a cancelled job in the run's folder", () => {
    expect(configuration()).to.include({
      "execution.checkpointing.dir": "file:///run/flink/checkpoints",
      "execution.checkpointing.savepoint-dir": "file:///run/flink/savepoints",
      "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
    });
  });

  it("gives the job the declared checkpointing, or none", () => {
    expect(configuration()).to.include({
      "execution.checkpointing.interval": "10000 ms",
      "execution.checkpointing.min-pause": "500 ms",
    });
    const off = { ...settings.checkpointing, enabled: false };
    expect(configuration({ checkpointing: off })).not.to.have.any.keys(
      "execution.checkpointing.interval",
      "execution.checkpointing.min-pause",
    );
  });

  it("runs one job with the declared parallelism, from the state that it is given", () => {
    expect(configuration()).to.include({
      "$internal.pipeline.job-id": "0123456789abcdef0123456789abcdef",
      "parallelism.default": 4,
    });
    expect(configuration()).not.to.have.property("execution.state-recovery.path");
    expect(configuration({ allowNonRestoredState: true }, "/run/flink/checkpoints/1")).to.include({
      "execution.state-recovery.path": "/run/flink/checkpoints/1",
      "execution.state-recovery.claim-mode": "CLAIM",
      "execution.state-recovery.ignore-unclaimed-state": true,
    });
  });

  it("lets no other origin read what its API answers", () => {
    expect(configuration()).to.include({
      "web.access-control-allow-origin": "http://127.0.0.1:1001",
    });
  });

  it("limits Java to the memory that Flink reckons with", () => {
    const memory = taskManagerMemory(2);
    const values = configuration();
    expect(values["taskmanager.memory.task.heap.size"]).to.equal(`${memory["task.heap.size"]}m`);
    const heap = memory["framework.heap.size"] + memory["task.heap.size"];
    const offHeap = memory["framework.off-heap.size"] + memory["task.off-heap.size"];
    expect(taskManagerArguments(2)).to.include.members([
      `-Xmx${heap}m`,
      `-XX:MaxDirectMemorySize=${offHeap + memory["network.max"]}m`,
      `-XX:MaxMetaspaceSize=${memory["jvm-metaspace.size"]}m`,
    ]);
    // Flink refuses to start when minimum and maximum leave it a choice.
    for (const part of ["network", "jvm-overhead"]) {
      const min = values[`taskmanager.memory.${part}.min`];
      expect(min).to.be.a("string").and.equal(values[`taskmanager.memory.${part}.max`]);
    }
  });

  it("reads the property groups by its own class, from the file that it is started with", () => {
    expect(configuration()).to.include({
      "classloader.parent-first-patterns.additional":
        "com.amazonaws.services.kinesisanalytics.runtime.",
    });
    expect(propertiesArgument("/run/flink/a.json")).to.equal(
      "-Dlocal.application.properties=/run/flink/a.json",
    );
  });

  it("passes the declared log level on and ends with the class that watches the parent", () => {
    const args = javaArguments("/tools/flink", "/run/logs/a.log", "WARN");
    expect(args).to.include.members(["-Dlog.level=WARN", "-Dlog.file=/run/logs/a.log"]);
    expect(args.slice(-3)).to.deep.equal(["-cp", "/tools/flink/lib/*", "streaming.local.Launcher"]);
  });
});
