import { fromJson, isSet } from "../engine/known";

type Json = Readonly<Record<string, unknown>>;

const methods = /^(get|put|post|delete|patch|head|trace|x-amazon-apigateway-any-method)$/;

/**
 * Operations of an OpenAPI document that no one has to be authorised for, such as POST /webhook; `undefined` where the
 * document is not JSON. An API key identifies a client and authorises no one:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
 */
export function openOperations(text: unknown): readonly string[] | undefined {
  const value = typeof text === "string" ? fromJson(text) : text;
  if (typeof value === "undefined") {
    return undefined;
  }
  const document = object(value);
  const schemes = object(
    document["securityDefinitions"] ?? object(document["components"])["securitySchemes"],
  );
  const isAuthorised = (requirements: unknown) =>
    Array.isArray(requirements) &&
    requirements.length > 0 &&
    requirements.every((one) =>
      Object.keys(object(one)).some((name) => isAuthorizer(object(schemes[name]))),
    );
  return Object.entries(object(document["paths"])).flatMap(([path, operations]) =>
    Object.entries(object(operations))
      .filter(([method, operation]) => {
        const { security = document["security"], ...own } = object(operation);
        const { type } = object(own["x-amazon-apigateway-auth"]);
        return methods.test(method) && type !== "AWS_IAM" && !isAuthorised(security);
      })
      .map(([method]) => `${method.startsWith("x-") ? "ANY" : method.toUpperCase()} ${path}`),
  );
}

function isAuthorizer(scheme: Json): boolean {
  return ["authtype", "authorizer"].some((name) => isSet(scheme, `x-amazon-apigateway-${name}`));
}

function object(value: unknown): Json {
  return value instanceof Object ? (value as Json) : {};
}
