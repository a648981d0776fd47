import { decisive, isPresent, isSet, known, reference } from "../engine/known";
import { relationPolicy, resourcePolicy, typesPolicy, type Violation } from "../engine/policy";
import { ofType, refersTo, refersToSame } from "../engine/relation";
import { typeToken } from "../engine/sdk-types";
import { integer, texts } from "../engine/setting-schema";
import { mustBe } from "../engine/violation";
import { openOperations } from "./open-api";
import { ApiKey, DomainName, Method, MethodSettings, RestApi, Stage } from "@pulumi/aws/apigateway";
import {
  Api,
  DomainName as HttpDomainName,
  Integration,
  Route,
  Stage as HttpStage,
} from "@pulumi/aws/apigatewayv2";
import type { PolicyResource } from "@pulumi/policy";

/** Where a method or a route says who may call it. */
const authorizations: Readonly<Record<string, string>> = {
  [typeToken(Method)]: "authorization",
  [typeToken(Route)]: "authorizationType",
};

const authorized = [Api, RestApi, ...Object.keys(authorizations)];

export const apiAuthorization = typesPolicy("apigateway-method-authorization", authorized, {
  severity: "critical",
  rule: "Require authorization for each API method.",
  reason: "An API's address is public: an open method is for everybody.",
  fix: "Set authorization (REST) or authorizationType (HTTP, WebSocket) to AWS_IAM, or another with an authorizer; name a webhook's route in open in the policy's configuration.",
  controls: ["APIGateway.8"],
  source:
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html",
  config: {
    open: texts(
      "Routes for everybody, such as POST /webhook, and logical names of methods, whose backend checks a signature.",
    ),
  },
  *check(resource, { open }, { name, type }) {
    const field = authorizations[type];
    if (open.includes(name) || open.includes(String(known(() => resource["routeKey"])))) {
      return;
    }
    if (!field) {
      if (isSet(resource, "target")) {
        yield {
          fact: "target is set, which makes a route for everybody",
          limit: "callers must be authorised",
          fix: "Leave target out, and add an apigatewayv2.Route with authorizationType.",
        };
      }
      if (isSet(resource, "body")) {
        const operations = openOperations(decisive(resource, "body"));
        const strangers = operations?.filter((one) => !open.includes(one)) ?? ["no JSON"];
        if (strangers.length > 0) {
          yield {
            fact: `body has ${strangers.join(", ")}`,
            limit: "callers of each operation must be authorised",
            fix: "Write the OpenAPI document as JSON and give the operation security with an authorizer, or x-amazon-apigateway-auth AWS_IAM.",
          };
        }
      }
      return;
    }
    const value = resource[field] ?? "not set";
    if ((value === "NONE" || value === "not set") && asksForIdentity(resource)) {
      yield { fact: `${field} is ${value}`, limit: "callers must be authorised" };
    }
  },
});

/**
 * Whether a caller can be asked who it is. A browser asks OPTIONS before it may say so, and who has connected to a
 * WebSocket API has said it:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
function asksForIdentity({ httpMethod, routeKey }: Readonly<Record<string, unknown>>): boolean {
  return typeof routeKey === "string"
    ? /^(\$connect|\$default|(?!OPTIONS )[A-Z]+ \/.*)$/.test(routeKey)
    : httpMethod !== "OPTIONS";
}

export const apiKeys = resourcePolicy("apigateway-api-key-value", ApiKey, {
  severity: "high",
  rule: "Let API Gateway generate the values of API keys.",
  reason: "A value in a program is known to each principal that reads it, and often easy to guess.",
  fix: "Leave value out; clients get the value that is generated from GetApiKey with includeValue.",
  source:
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html",
  *check(key) {
    if (isSet(key, "value")) yield { fact: "value is set", limit: "it must be generated" };
  },
});

export const integrationTls = resourcePolicy("apigateway-integration-tls", Integration, {
  rule: "Reach the private backends of an HTTP API by HTTPS.",
  reason: "Calls pass through a VPC link in clear text otherwise.",
  fix: "Set tlsConfig.serverNameToVerify.",
  controls: ["APIGateway.10"],
  source:
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-private.html",
  *check(integration) {
    const isPrivate = integration.connectionType === "VPC_LINK";
    if (isPrivate && !isSet(integration, "tlsConfig")) {
      yield { fact: "tlsConfig is not set", limit: "private integrations must use TLS" };
    }
  },
});

const restDomain = typeToken(DomainName);

export const apiTls = typesPolicy("apigateway-domain-tls", [DomainName, HttpDomainName], {
  rule: "Answer under an own domain name with a current TLS policy.",
  reason: "TLS 1.0 is broken, and for REST APIs the plain policy TLS_1_2 allows old ciphers.",
  fix: "Set securityPolicy to an allowed one. HTTP APIs and mutual TLS know TLS_1_2 only.",
  controls: ["APIGateway.11"],
  source:
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-custom-domain-tls-version.html",
  config: {
    policies: texts(
      "TLS policies that are current, for REST APIs.",
      "SecurityPolicy_TLS12_PFS_2025_EDGE SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09 " +
        "SecurityPolicy_TLS13_1_3_2025_09 SecurityPolicy_TLS13_1_3_FIPS_2025_09 " +
        "SecurityPolicy_TLS13_2025_EDGE",
    ),
  },
  *check(domain, { policies }, { type }) {
    const isRest = type === restDomain;
    const { securityPolicy = "not set" } = (
      isRest ? domain : (domain["domainNameConfiguration"] ?? {})
    ) as { readonly securityPolicy?: string };
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
    const allowed =
      isRest && !isSet(domain, "mutualTlsAuthentication") ? policies : ["TLS_1_2", ...policies];
    yield* mustBe("securityPolicy", securityPolicy, ...allowed);
  },
});

export const apiAccessLogs = typesPolicy("apigateway-stage-access-log", [Stage, HttpStage], {
  rule: "Log who calls an API.",
  reason: "Without it there is no record of callers and requests.",
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
  rule: "Log how a REST API's methods are carried out, without what is in the calls.",
  reason: "The log has the reason of calls that failed before they reached the function.",
  fix: "Set settings.loggingLevel to ERROR or INFO, and leave settings.dataTraceEnabled off.",
  controls: ["APIGateway.1"],
  source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
  check: ({ settings }) => loggingViolations("settings", settings),
});

export const answerCaches = resourcePolicy("apigateway-method-cache-encryption", MethodSettings, {
  rule: "Encrypt the answers that a REST API caches.",
  reason: "They lie in clear text otherwise.",
  fix: "Set settings.cacheDataEncrypted.",
  controls: ["APIGateway.5"],
  source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html",
  check: ({ settings: { cachingEnabled, cacheDataEncrypted } }) =>
    cachingEnabled === true ? mustBe("settings.cacheDataEncrypted", cacheDataEncrypted, true) : [],
});

export const apiStageSettings = relationPolicy("apigateway-stage-method-settings", Stage, {
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
  rule: "Log how a WebSocket API's routes are carried out, without what is in the messages.",
  reason: "The log has the reason of messages that failed before they reached the function.",
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
  yield* mustBe(`${block}.loggingLevel`, settings.loggingLevel, "ERROR", "INFO");
  yield* mustBe(`${block}.dataTraceEnabled`, settings.dataTraceEnabled ?? false, false);
}

const throttlingSettings = {
  maxRate: integer("Most calls a second, on average.", 100, [1, 10_000]),
  maxBurst: integer("Maximum number of concurrent calls.", 200, [1, 5000]),
};

export const throttling = typesPolicy("apigateway-stage-throttling", [MethodSettings, HttpStage], {
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
    const routes = (resource["routeSettings"] ?? []) as readonly Throttling[];
    for (const [path, settings] of [
      [block, (resource[block] ?? {}) as Throttling],
      ...routes.map((route, index) => [`routeSettings[${index}]`, route] as const),
    ] as const) {
      for (const [name, limit] of Object.entries(limits)) {
        const value = settings[name] as number | undefined;
        // A route without a limit of its own has the stage's. The service reads -1 as no limit.
        const isInherited = path !== block && !isPresent(value);
        if (!isInherited && !(Number(value) >= 0 && Number(value) <= limit)) {
          yield {
            fact: `${path}.${name} is ${value ?? "not set"}`,
            limit: `the limit is ${limit}`,
          };
        }
      }
    }
  },
});

type Throttling = Readonly<Record<string, unknown>>;
