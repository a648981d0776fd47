import { expect } from "chai";
import * as fc from "fast-check";
import type { DeclaredResource } from "../../../../local/provider/data-plane";
import {
  flinkSettings,
  propertiesFile,
  taskManagerCount,
} from "../../../../local/services/flink/flink-settings";
import { declared } from "../declared-resource";

function application(
  configuration: Readonly<Record<string, unknown>>,
  others: Readonly<Record<string, unknown>> = {},
): DeclaredResource {
  return declared("aws:kinesisanalyticsv2/application:Application", {
    name: "analytics",
    runtimeEnvironment: "FLINK-1_20",
    applicationConfiguration: {
      applicationCodeConfiguration: {
        codeContent: {
          s3ContentLocation: { bucketArn: "arn:aws:s3:::code", fileKey: "flink-job/a.jar" },
        },
      },
      ...configuration,
    },
    ...others,
  });
}

describe("The settings of a Flink application", () => {
  it("are the service's defaults where nothing is declared", () => {
    expect(flinkSettings(application({}))).to.deep.equal({
      name: "analytics",
      runtime: "flinkRuntime",
      code: { bucket: "code", key: "flink-job/a.jar" },
      parallelism: 1,
      parallelismPerKpu: 1,
      checkpointing: { enabled: true, intervalMilliseconds: 60_000, minPauseMilliseconds: 5_000 },
      logLevel: "INFO",
      propertyGroups: [],
      startApplication: false,
      snapshotsEnabled: false,
      restore: true,
      allowNonRestoredState: false,
    });
  });

  it("are what is declared", () => {
    const resource = application(
      {
        applicationCodeConfiguration: {
          codeContent: {
            s3ContentLocation: {
              bucketArn: "arn:aws:s3:::code",
              fileKey: "flink-job/a.jar",
              objectVersion: "7",
            },
          },
        },
        applicationSnapshotConfiguration: { snapshotsEnabled: true },
        environmentProperties: {
          propertyGroups: [{ propertyGroupId: "job", propertyMap: { workload: "taxi" } }],
        },
        flinkApplicationConfiguration: {
          checkpointConfiguration: {
            configurationType: "CUSTOM",
            checkpointingEnabled: true,
            checkpointInterval: 10_000,
            minPauseBetweenCheckpoints: 500,
          },
          monitoringConfiguration: { configurationType: "CUSTOM", logLevel: "WARN" },
          parallelismConfiguration: {
            configurationType: "CUSTOM",
            parallelism: 4,
            parallelismPerKpu: 2,
          },
        },
        runConfiguration: {
          applicationRestoreConfiguration: {
            applicationRestoreType: "SKIP_RESTORE_FROM_SNAPSHOT",
          },
          flinkRunConfiguration: { allowNonRestoredState: true },
        },
      },
      { startApplication: true },
    );
    expect(flinkSettings(resource)).to.deep.equal({
      name: "analytics",
      runtime: "flinkRuntime",
      code: { bucket: "code", key: "flink-job/a.jar", version: "7" },
      parallelism: 4,
      parallelismPerKpu: 2,
      checkpointing: { enabled: true, intervalMilliseconds: 10_000, minPauseMilliseconds: 500 },
      logLevel: "WARN",
      propertyGroups: [{ propertyGroupId: "job", propertyMap: { workload: "taxi" } }],
      startApplication: true,
      snapshotsEnabled: true,
      restore: false,
      allowNonRestoredState: true,
    });
  });

  it("ignore values in a block that is not CUSTOM, as the service does", () => {
    const { checkpointing, parallelism } = flinkSettings(
      application({
        flinkApplicationConfiguration: {
          checkpointConfiguration: { configurationType: "DEFAULT", checkpointInterval: 1 },
          parallelismConfiguration: { configurationType: "DEFAULT", parallelism: 8 },
        },
      }),
    );
    expect(checkpointing.intervalMilliseconds).to.equal(60_000);
    expect(parallelism).to.equal(1);
  });

  it("list everything that cannot run on this machine", () => {
    const resource = application(
      {
        runConfiguration: {
          applicationRestoreConfiguration: {
            applicationRestoreType: "RESTORE_FROM_CUSTOM_SNAPSHOT",
          },
        },
      },
      { runtimeEnvironment: "FLINK-2_3" },
    );
    expect(() => flinkSettings(resource)).to.throw(
      /must be one of FLINK-1_20, FLINK-2_2; got FLINK-2_3[^]*RESTORE_FROM_CUSTOM_SNAPSHOT/,
    );
  });

  it("become a properties file in the service's own format", () => {
    const groups = [{ propertyGroupId: "source", propertyMap: { streamName: "events" } }];
    expect(JSON.parse(propertiesFile(groups))).to.deep.equal([
      { PropertyGroupId: "source", PropertyMap: { streamName: "events" } },
    ]);
  });

  it("need as many task managers as give every subtask a slot, and no more", () => {
    const settings = flinkSettings(application({}));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 256 }),
        fc.integer({ min: 1, max: 8 }),
        (parallelism, parallelismPerKpu) => {
          const count = taskManagerCount({ ...settings, parallelism, parallelismPerKpu });
          expect(count * parallelismPerKpu).to.be.at.least(parallelism);
          expect((count - 1) * parallelismPerKpu).to.be.below(parallelism);
        },
      ),
    );
  });
});
