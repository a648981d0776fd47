import { MethodSettings, Stage } from "@pulumi/aws/apigateway";
import { Api, Stage as HttpStage } from "@pulumi/aws/apigatewayv2";
import type { PolicyResource } from "@pulumi/policy";
import { reference } from "../engine/known";
import { relationPolicy, resourcePolicy, typesPolicy, type Violation } from "../engine/policy";
import { ofType, refersTo, refersToSame } from "../engine/relation";
import { mustBe } from "../engine/violation";

export const apiAccessLogs = typesPolicy("apigateway-stage-access-log", [Stage, HttpStage], {
  severity: "medium",
  rule: "Log who calls an API.",
  reason: "Without it nobody can tell afterwards who asked for what.",
  fix: "Set accessLogSettings.destinationArn to a log group and accessLogSettings.format.",
  controls: ["APIGateway.9"],
  source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
  *check(stage) {
    const settings = stage["accessLogSettings"];
    if (!(settings instanceof Object) || !reference(settings, "destinationArn").set) {
      yield { fact: "accessLogSettings.destinationArn is not set", limit: "calls must be logged" };
    }
  },
});

export const apiTracing = resourcePolicy("apigateway-stage-tracing", Stage, {
  severity: "low",
  rule: "Trace a REST API's calls with X-Ray.",
  reason: "A trace shows where a slow or failing call spent its time, across services.",
  fix: "Set xrayTracingEnabled.",
  controls: ["APIGateway.3"],
  source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-xray.html",
  check: ({ xrayTracingEnabled }) => mustBe("xrayTracingEnabled", xrayTracingEnabled, true),
});

export const apiLogging = resourcePolicy("apigateway-method-logging", MethodSettings, {
  severity: "medium",
  rule: "Log how a REST API's methods are carried out, without what is in the calls.",
  reason: "The log tells why a call failed before it reached its function.",
  fix: "Set settings.loggingLevel to ERROR or INFO, and leave settings.dataTraceEnabled off.",
  controls: ["APIGateway.1"],
  source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
  check: ({ settings }) => loggingViolations("settings", settings),
});

export const answerCaches = resourcePolicy("apigateway-method-cache-encryption", MethodSettings, {
  severity: "medium",
  rule: "Encrypt the answers that a REST API caches.",
  reason: "They lie in clear text otherwise.",
  fix: "Set settings.cacheDataEncrypted.",
  controls: ["APIGateway.5"],
  source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html",
  check: ({ settings: { cachingEnabled, cacheDataEncrypted } }) =>
    cachingEnabled === true ? mustBe("settings.cacheDataEncrypted", cacheDataEncrypted, true) : [],
});

export const apiStageSettings = relationPolicy("apigateway-stage-method-settings", Stage, {
  severity: "medium",
  rule: "Give every stage of a REST API settings for all of its methods.",
  reason: "Logging and throttling are off unless a MethodSettings says otherwise.",
  fix: "Add an apigateway.MethodSettings with methodPath */* for the stage.",
  controls: ["APIGateway.1"],
  source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
  *check(stage, resources) {
    const isOfStage = (one: PolicyResource) =>
      one.props["methodPath"] === "*/*" &&
      // APIs have stages of the same name.
      refersTo(one, "stageName", stage, "stageName") &&
      refersToSame(one, stage, "restApi");
    if (!ofType(resources, MethodSettings).some(isOfStage)) {
      yield {
        fact: "no MethodSettings with methodPath */* names this stage",
        limit: "every stage needs one",
      };
    }
  },
});

export const webSocketLogging = relationPolicy("apigateway-websocket-logging", HttpStage, {
  severity: "medium",
  rule: "Log how a WebSocket API's routes are carried out, without what is in the messages.",
  reason: "The log tells why a message failed before it reached its function.",
  fix: "Set defaultRouteSettings.loggingLevel to ERROR or INFO, and leave defaultRouteSettings.dataTraceEnabled off.",
  controls: ["APIGateway.1"],
  source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html",
  *check(stage, resources) {
    // An HTTP API has no such log, and the stage of an API elsewhere does not say which kind that is.
    const apis = ofType(resources, Api).filter(
      ({ props }) => props["protocolType"] === "WEBSOCKET",
    );
    if (apis.some((api) => refersTo(stage, "apiId", api))) {
      const settings = stage.asType(HttpStage)?.defaultRouteSettings;
      yield* loggingViolations("defaultRouteSettings", settings ?? {});
    }
  },
});

function* loggingViolations(
  block: string,
  settings: {
    readonly loggingLevel?: string | undefined;
    readonly dataTraceEnabled?: boolean | undefined;
  },
): Iterable<Violation> {
  if (!["ERROR", "INFO"].includes(settings.loggingLevel ?? "")) {
    yield {
      fact: `${block}.loggingLevel is ${settings.loggingLevel ?? "not set"}`,
      limit: "it must be ERROR or INFO",
    };
  }
  if (settings.dataTraceEnabled === true) {
    yield {
      fact: `${block}.dataTraceEnabled is true`,
      limit: "requests and answers must not be logged",
    };
  }
}
