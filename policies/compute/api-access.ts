import { DomainName, Method } from "@pulumi/aws/apigateway";
import { Api, DomainName as HttpDomainName, Integration, Route } from "@pulumi/aws/apigatewayv2";
import { isSet, known } from "../engine/known";
import { resourcePolicy, typesPolicy } from "../engine/policy";
import { texts } from "../engine/setting-schema";
import { typeToken } from "../engine/types";
import { mustBe } from "../engine/violation";

/** Where a method or a route says who may call it. */
const authorizations: Readonly<Record<string, string>> = {
  [typeToken(Method)]: "authorization",
  [typeToken(Route)]: "authorizationType",
};

const authorized = [Api, ...Object.keys(authorizations)];

export const apiAuthorization = typesPolicy("apigateway-method-authorization", authorized, {
  severity: "critical",
  rule: "Let nobody call an API's method without being authorised.",
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
    if (field === undefined) {
      if (isSet(resource, "target")) {
        yield {
          fact: "target is set, which makes a route for everybody",
          limit: "callers must be authorised",
          fix: "Leave target out, and add an apigatewayv2.Route with authorizationType.",
        };
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

export const integrationTls = resourcePolicy("apigateway-integration-tls", Integration, {
  severity: "medium",
  rule: "Reach the private backends of an HTTP API by HTTPS.",
  reason: "Calls pass through a VPC link in clear text otherwise.",
  fix: "Set tlsConfig.serverNameToVerify.",
  controls: ["APIGateway.10"],
  source:
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-private.html",
  exempt: "Logical names of integrations that may do without TLS.",
  *check(integration) {
    const isPrivate = integration.connectionType === "VPC_LINK";
    if (isPrivate && !isSet(integration, "tlsConfig")) {
      yield { fact: "tlsConfig is not set", limit: "private integrations must use TLS" };
    }
  },
});

const restDomain = typeToken(DomainName);

export const apiTls = typesPolicy("apigateway-domain-tls", [DomainName, HttpDomainName], {
  severity: "medium",
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
