import type * as pulumi from "@pulumi/pulumi";
import { applicationSection } from "../flink/widgets";
import { deliverySection } from "../delivery/widgets";
import { domainSection } from "../search/widgets";
import { scalingSection } from "../scaling/widgets";
import { hostSection } from "../replay/widgets";
import { streamSection } from "../stream/widgets";
import type { MonitoringArgs } from "./args";
import { alarmStates, layOut, type PlacedWidget } from "../watch/widgets";

/** What a dashboard shows: the watched resources by their plain names. */
export type DashboardSubjects = pulumi.Unwrap<
  Pick<
    MonitoringArgs,
    "stream" | "results" | "application" | "delivery" | "domain" | "host" | "scaling"
  >
> & {
  readonly region: string;
  /** ARNs of the alarms, the one that sums up first. */
  readonly alarmArns: readonly string[];
};

/** The body of a CloudWatch dashboard. */
export interface DashboardBody {
  readonly start: string;
  readonly periodOverride: "inherit";
  readonly widgets: readonly PlacedWidget[];
}

/** The whole pipeline from top to bottom: what is wrong, then each part in the order of the data's way. */
export function dashboardBody(subjects: DashboardSubjects): DashboardBody {
  const { region, stream, host, application, results, domain, delivery, scaling } = subjects;
  return {
    start: "-PT3H",
    periodOverride: "inherit",
    widgets: layOut([
      { heading: "Alarms", widgets: [alarmStates("All alarms", subjects.alarmArns)] },
      ...(host ? [hostSection(region, host, stream?.name)] : []),
      ...(stream ? [streamSection(region, "Stream", stream, scaling?.targets)] : []),
      ...(application ? [applicationSection(region, application)] : []),
      ...(results ? [streamSection(region, "Results stream", results)] : []),
      ...(domain ? [domainSection(region, domain)] : []),
      ...(delivery ? [deliverySection(region, delivery)] : []),
      ...(scaling ? [scalingSection(region, scaling)] : []),
    ]),
  };
}
