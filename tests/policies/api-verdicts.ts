import { rows, type Verdict } from "./verdict";

const limited = { throttlingRateLimit: 10, throttlingBurstLimit: 20 };

/** Who may call an API, how often, and what is logged of it. */
export const apiVerdicts: readonly Verdict[] = [
  ...rows("apigateway-method-authorization", "apigatewayv2/route:Route", [
    ...["$connect", "$default", "ANY /events", "GET /"].map(
      (routeKey) =>
        [{ routeKey, authorizationType: undefined }, "authorizationType is not set"] as const,
    ),
    [{ routeKey: "POST /events", authorizationType: "NONE" }, "authorizationType is NONE"],
    ...["$disconnect", "sendmessage", "OPTIONS /{proxy+}"].map(
      (routeKey) => [{ routeKey, authorizationType: undefined }] as const,
    ),
  ]),
  ...rows("apigateway-method-authorization", "apigatewayv2/api:Api", [
    [{ target: "arn:aws:lambda:eu-central-1:123456789012:function:trips" }, "target is set"],
    [{ target: null }],
  ]),
  ...rows("apigateway-method-authorization", "apigateway/method:Method", [
    [{ authorization: "NONE" }, "authorization is NONE"],
    [{ authorization: "NONE", httpMethod: "OPTIONS" }],
  ]),
  ...rows("apigateway-stage-throttling", "apigatewayv2/stage:Stage", [
    [{ defaultRouteSettings: { throttlingBurstLimit: 20 } }, "throttlingRateLimit is not set"],
    [
      { routeSettings: [limited, { routeKey: "$connect", throttlingRateLimit: 101 }] },
      "routeSettings[1].throttlingRateLimit is 101; the limit is 100",
    ],
    [
      { routeSettings: [{ throttlingBurstLimit: -1 }] },
      "routeSettings[0].throttlingBurstLimit is -1",
    ],
    [{ routeSettings: [{ routeKey: "$connect" }, limited] }],
  ]),
  ...rows("apigateway-websocket-logging", "apigatewayv2/stage:Stage", [
    [{ "defaultRouteSettings.loggingLevel": undefined }, "loggingLevel is not set"],
    [{ "defaultRouteSettings.dataTraceEnabled": true }, "dataTraceEnabled is true"],
    // Whether that API is one of WebSocket the stack does not tell.
    [{ apiId: "elsewhere", "defaultRouteSettings.loggingLevel": undefined }],
  ]),
  ...rows("apigateway-stage-method-settings", "methodSettings:MethodSettings", [
    [{ restApi: "elsewhere" }, "no MethodSettings with methodPath */* names this stage"],
    [{ stageName: "next" }, "no MethodSettings with methodPath */* names this stage"],
  ]),
];
