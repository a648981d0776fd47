import { Route, Stage as HttpStage } from "@pulumi/aws/apigatewayv2";
import { DomainName, Method, MethodSettings, Stage } from "@pulumi/aws/apigateway";
import { reference } from "./known";
import { resourcePolicy, stackPolicy, typesPolicy } from "./policy";
import { refersTo } from "./relation";
import { integer, texts } from "./settings";
import { typeToken } from "./types";

export const apiAuthorization = typesPolicy([typeToken(Method), typeToken(Route)], {
  name: "apigateway-method-authorization",
  severity: "critical",
  rule: "Let nobody call an API's method without being authorised.",
  reason: "An API's address is public: an open method is for everybody.",
  fix: "Set authorization (REST) or authorizationType (HTTP, WebSocket) to AWS_IAM, or another with an authorizer.",
  source:
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html",
  *check(method) {
    const field = "routeKey" in method ? "authorizationType" : "authorization";
    const value = method[field] ?? "not set";
    // A browser asks OPTIONS before it may send an identity.
    if ((value === "NONE" || value === "not set") && method["httpMethod"] !== "OPTIONS") {
      yield { fact: `${field} is ${value}`, limit: "callers must be authorised" };
    }
  },
});

export const apiAccessLogs = typesPolicy([typeToken(Stage), typeToken(HttpStage)], {
  name: "apigateway-stage-access-log",
  severity: "medium",
  rule: "Log who calls an API.",
  reason: "Without it nobody can tell afterwards who asked for what.",
  fix: "Set accessLogSettings.destinationArn to a log group and accessLogSettings.format.",
  source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
  *check(stage) {
    const settings = stage["accessLogSettings"];
    if (!(settings instanceof Object) || !reference(settings, "destinationArn").set) {
      yield { fact: "accessLogSettings.destinationArn is not set", limit: "calls must be logged" };
    }
  },
});

export const apiTracing = resourcePolicy(Stage, {
  name: "apigateway-stage-tracing",
  severity: "low",
  rule: "Trace a REST API's calls with X-Ray.",
  reason: "A trace shows where a slow or failing call spent its time, across services.",
  fix: "Set xrayTracingEnabled.",
  controls: ["APIGateway.3"],
  source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-xray.html",
  *check({ xrayTracingEnabled }) {
    if (xrayTracingEnabled !== true) {
      yield {
        fact: `xrayTracingEnabled is ${xrayTracingEnabled ?? "not set"}`,
        limit: "it must be true",
      };
    }
  },
});

export const apiLogging = resourcePolicy(MethodSettings, {
  name: "apigateway-method-logging",
  severity: "medium",
  rule: "Log how a REST API's methods are carried out, without what is in the calls.",
  reason: "The log tells why a call failed before it reached its function.",
  fix: "Set settings.loggingLevel to ERROR or INFO, and leave settings.dataTraceEnabled off.",
  controls: ["APIGateway.1"],
  source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
  *check({ settings }) {
    if (!["ERROR", "INFO"].includes(settings.loggingLevel ?? "")) {
      yield {
        fact: `settings.loggingLevel is ${settings.loggingLevel ?? "not set"}`,
        limit: "it must be ERROR or INFO",
      };
    }
    if (settings.dataTraceEnabled === true) {
      yield {
        fact: "settings.dataTraceEnabled is true",
        limit: "requests and answers must not be logged",
      };
    }
  },
});

export const apiCacheEncryption = resourcePolicy(MethodSettings, {
  name: "apigateway-method-cache-encryption",
  severity: "medium",
  rule: "Encrypt the answers that a REST API caches.",
  reason: "They lie in clear text otherwise.",
  fix: "Set settings.cacheDataEncrypted.",
  controls: ["APIGateway.5"],
  source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html",
  *check({ settings }) {
    if (settings.cachingEnabled === true && settings.cacheDataEncrypted !== true) {
      yield {
        fact: `settings.cacheDataEncrypted is ${settings.cacheDataEncrypted ?? "not set"}`,
        limit: "it must be true",
      };
    }
  },
});

const throttlingSettings = {
  maxRate: integer({
    description: "Most calls a second, on average.",
    default: 100,
    minimum: 1,
    maximum: 10_000,
  }),
  maxBurst: integer({
    description: "Most calls at once.",
    default: 200,
    minimum: 1,
    maximum: 5000,
  }),
};

export const apiThrottling = typesPolicy([typeToken(MethodSettings), typeToken(HttpStage)], {
  name: "apigateway-stage-throttling",
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
    const settings = resource[block] as Readonly<Record<string, number>> | undefined;
    for (const [name, limit] of [
      ["throttlingRateLimit", maxRate],
      ["throttlingBurstLimit", maxBurst],
    ] as const) {
      const value = settings?.[name];
      // The service reads -1 as no limit.
      if (!(value !== undefined && value >= 0 && value <= limit)) {
        yield { fact: `${block}.${name} is ${value ?? "not set"}`, limit: `the limit is ${limit}` };
      }
    }
  },
});

export const apiStageSettings = stackPolicy([typeToken(Stage)], {
  name: "apigateway-stage-method-settings",
  severity: "medium",
  rule: "Give every stage of a REST API settings for all of its methods.",
  reason: "Logging and throttling are off unless a MethodSettings says otherwise.",
  fix: "Add an apigateway.MethodSettings with methodPath */* for the stage.",
  controls: ["APIGateway.1"],
  source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
  *check(resources) {
    const settings = resources.filter(
      (resource) => resource.isType(MethodSettings) && resource.props["methodPath"] === "*/*",
    );
    for (const stage of resources.filter((resource) => resource.isType(Stage))) {
      if (!settings.some((one) => refersTo(one, "stageName", stage, "stageName"))) {
        yield {
          resource: stage,
          fact: "no MethodSettings with methodPath */* names this stage",
          limit: "every stage needs one",
        };
      }
    }
  },
});

export const apiTls = resourcePolicy(DomainName, {
  name: "apigateway-domain-tls",
  severity: "medium",
  rule: "Answer under an own domain name with a current TLS policy.",
  reason: "TLS 1.0 is broken, and the plain policy TLS_1_2 allows old ciphers.",
  fix: "Set securityPolicy to an allowed one.",
  controls: ["APIGateway.11"],
  source:
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-custom-domain-tls-version.html",
  config: {
    policies: texts({
      description: "TLS policies that are current.",
      default: [
        "SecurityPolicy_TLS12_PFS_2025_EDGE",
        "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
        "SecurityPolicy_TLS13_1_3_2025_09",
        "SecurityPolicy_TLS13_1_3_FIPS_2025_09",
        "SecurityPolicy_TLS13_2025_EDGE",
      ],
    }),
  },
  *check({ securityPolicy = "not set" }, { policies }) {
    if (!policies.includes(securityPolicy)) {
      yield {
        fact: `securityPolicy is ${securityPolicy}`,
        limit: `it must be ${policies.join(" or ")}`,
      };
    }
  },
});
