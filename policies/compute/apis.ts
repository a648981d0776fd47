import { decisive, isPresent, isSet, known } from "../engine/known";
import { relationPolicy, resourcePolicy, typesPolicy } from "../engine/policy";
import { ofType, refersTo, refersToSame } from "../engine/relation";
import { typeToken } from "../engine/sdk-types";
import { mustBe, mustBeSet, type Violation } from "../engine/violation";
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
  *check(resource, { open }, { name, type }) {
    const field = authorizations[type];
    if (open.includes(name) || open.includes(String(known(() => resource["routeKey"])))) {
      return;
    }
    if (field) {
      const value = resource[field] ?? "not set";
      if ((value === "NONE" || value === "not set") && asksForIdentity(resource)) {
        yield `${field} is ${value}`;
      }
      return;
    }
    if (isSet(resource, "target")) {
      yield {
        fact: "target is set, which makes a route for everybody",
        fix: "Leave target out, and add an apigatewayv2.Route with authorizationType.",
      };
    }
    const operations = isSet(resource, "body") ? openOperations(decisive(resource, "body")) : [];
    const strangers = operations?.filter((one) => !open.includes(one)) ?? ["no JSON"];
    if (strangers.length > 0) {
      yield {
        fact: `body has ${strangers.join(", ")}`,
        limit: "callers of each operation must be authorised",
        fix: "Write the OpenAPI document as JSON and give the operation security with an authorizer, or x-amazon-apigateway-auth AWS_IAM.",
      };
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
  check: (key) => isSet(key, "value") && "value is set",
});

export const integrationTls = resourcePolicy("apigateway-integration-tls", Integration, {
  check: (integration) =>
    integration.connectionType === "VPC_LINK" ? mustBeSet(integration, "tlsConfig") : [],
});

export const apiTls = typesPolicy("apigateway-domain-tls", [DomainName, HttpDomainName], {
  *check(domain, { policies }, { type }) {
    const isRest = type === typeToken(DomainName);
    const block = isRest ? domain : domain["domainNameConfiguration"];
    const { securityPolicy } = (block ?? {}) as { readonly securityPolicy?: string };
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
    const allowed =
      isRest && !isSet(domain, "mutualTlsAuthentication") ? policies : ["TLS_1_2", ...policies];
    yield* mustBe("securityPolicy", securityPolicy, ...allowed);
  },
});

export const apiAccessLogs = typesPolicy("apigateway-stage-access-log", [Stage, HttpStage], {
  check: ({ accessLogSettings }) =>
    mustBeSet(accessLogSettings as object | undefined, "destinationArn", "accessLogSettings"),
});

export const apiTracing = resourcePolicy("apigateway-stage-tracing", Stage, {
  check: ({ xrayTracingEnabled }) => mustBe("xrayTracingEnabled", xrayTracingEnabled, true),
});

export const apiLogging = resourcePolicy("apigateway-method-logging", MethodSettings, {
  check: ({ settings }) => loggingViolations("settings", settings),
});

export const answerCaches = resourcePolicy("apigateway-method-cache-encryption", MethodSettings, {
  check: ({ settings: { cachingEnabled, cacheDataEncrypted } }) =>
    cachingEnabled === true ? mustBe("settings.cacheDataEncrypted", cacheDataEncrypted, true) : [],
});

export const apiStageSettings = relationPolicy("apigateway-stage-method-settings", Stage, {
  check(stage, resources) {
    const isOfStage = (one: PolicyResource) =>
      one.props["methodPath"] === "*/*" &&
      // APIs have stages of the same name.
      refersTo(one, "stageName", stage, "stageName") &&
      refersToSame(one, stage, "restApi");
    const isMissing = !ofType(resources, MethodSettings).some(isOfStage);
    return isMissing && "no MethodSettings with methodPath */* names this stage";
  },
});

export const webSocketLogging = relationPolicy("apigateway-websocket-logging", HttpStage, {
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

export const throttling = typesPolicy("apigateway-stage-throttling", [MethodSettings, HttpStage], {
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
