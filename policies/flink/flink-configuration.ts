import type { ApplicationArgs } from "@pulumi/aws/kinesisanalyticsv2";
import type { Unwrap } from "@pulumi/pulumi";

/** What is particular to Flink in an application's configuration. */
export function flinkConfiguration({ applicationConfiguration }: Unwrap<ApplicationArgs>) {
  return applicationConfiguration?.flinkApplicationConfiguration;
}

/** The KPU with which the service coordinates an application, billed like the others. */
const orchestrationKpus = 1;

/**
 * What an application is sized for. The service ignores the block unless it is CUSTOM: parallelism is 1 then, and it
 * scales automatically.
 */
export function flinkScale(application: Unwrap<ApplicationArgs>) {
  const block = flinkConfiguration(application)?.parallelismConfiguration;
  const scaling = block?.configurationType === "CUSTOM" ? block : undefined;
  const parallelism = scaling?.parallelism ?? 1;
  const perKpu = scaling?.parallelismPerKpu ?? 1;
  return {
    parallelism,
    perKpu,
    /** The one for orchestration included. */
    kpus: Math.ceil(parallelism / perKpu) + orchestrationKpus,
    /** `undefined` where it is not said, which means yes. */
    autoScaling: scaling?.autoScalingEnabled,
  };
}
