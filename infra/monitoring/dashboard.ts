import type { TargetKind } from "../scaling/function";
import { applicationSection } from "../flink/widgets";
import { deliverySection } from "../delivery/widgets";
import { domainSection } from "../search/widgets";
import { scalingSection } from "../scaling/widgets";
import { hostSection, streamSection } from "../stream/widgets";
import { alarmStates, layOut, type PlacedWidget } from "../watch/widgets";

/** A stream by its plain name. */
interface StreamSubject {
  readonly name: string;
  readonly retentionHours: number;
  readonly maxLagSeconds: number;
  readonly fanOutConsumers: readonly string[];
}

/** What a dashboard shows, by plain names: those that the resources have once they are made. */
export interface DashboardSubjects {
  readonly region: string;
  /** ARNs of the alarms, the one that sums up first. */
  readonly alarmArns: readonly string[];
  readonly stream?: StreamSubject | undefined;
  readonly results?: StreamSubject | undefined;
  readonly application?:
    | {
        readonly name: string;
        readonly runtime: string;
        readonly checkpointIntervalSeconds: number;
        readonly logGroupName: string;
      }
    | undefined;
  readonly delivery?:
    | {
        readonly name: string;
        readonly bufferSeconds: number;
        readonly transformName: string | undefined;
      }
    | undefined;
  readonly domain?:
    | {
        readonly name: string;
        readonly accountId: string;
        readonly volumeGiB: number;
        readonly dedicatedMasters: number;
      }
    | undefined;
  readonly host?: { readonly instanceId: string } | undefined;
  readonly scaling?:
    | {
        readonly functionName: string;
        readonly apiName: string;
        readonly apiStageName: string;
        readonly targets: readonly {
          readonly kind: TargetKind;
          readonly name: string;
          readonly max: number;
        }[];
      }
    | undefined;
}

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
