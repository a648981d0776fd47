import { MethodSettings } from "@pulumi/aws/apigateway";
import { Stage as HttpStage } from "@pulumi/aws/apigatewayv2";
import { typesPolicy, type Violation } from "../engine/policy";
import { integer } from "../engine/setting-schema";
import { typeToken } from "../engine/types";

const throttlingSettings = {
  maxRate: integer("Most calls a second, on average.", 100, [1, 10_000]),
  maxBurst: integer("Most calls at once.", 200, [1, 5000]),
};

export const throttling = typesPolicy("apigateway-stage-throttling", [MethodSettings, HttpStage], {
  severity: "medium",
  rule: "Limit how often an API may be called.",
  reason:
    "Without a limit of its own an API may use up the account's, and its function's concurrency with it.",
  fix: "Set throttlingRateLimit and throttlingBurstLimit within the limits, in settings (REST) or defaultRouteSettings (HTTP, WebSocket).",
  source:
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html",
  config: throttlingSettings,
  *check(resource, { maxRate, maxBurst }, { type }) {
    const block = type === typeToken(HttpStage) ? "defaultRouteSettings" : "settings";
    const limits = { throttlingRateLimit: maxRate, throttlingBurstLimit: maxBurst };
    yield* throttlingViolations(block, { ...unset, ...(resource[block] as Throttling) }, limits);
    // A route without a limit of its own has the stage's.
    const routes = (resource["routeSettings"] ?? []) as readonly Throttling[];
    for (const [index, settings] of routes.entries()) {
      yield* throttlingViolations(`routeSettings[${index}]`, settings, limits);
    }
  },
});

type Throttling = Readonly<Record<string, unknown>>;

const unset: Throttling = { throttlingRateLimit: undefined, throttlingBurstLimit: undefined };

/** Judges the limits that a block has; one that is undefined is none. */
function* throttlingViolations(
  block: string,
  settings: Throttling,
  limits: Readonly<Record<string, number>>,
): Iterable<Violation> {
  for (const [name, limit] of Object.entries(limits).filter(([key]) => key in settings)) {
    const value = settings[name] as number | undefined;
    // The service reads -1 as no limit.
    if (!(value !== undefined && value >= 0 && value <= limit)) {
      yield { fact: `${block}.${name} is ${value ?? "not set"}`, limit: `the limit is ${limit}` };
    }
  }
}
