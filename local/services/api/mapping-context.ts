/**
 * What mapping templates see of a request or an answer, `$input`, `$util` and `$context`, as far as templates of this
 * program use it; a path is `$` with names and indices, such as `$.page` or `$[0].id`:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 *
 * @param body - JSON text
 * @param headers - by lower-case names
 */
export function mappingContext(
  body: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
) {
  const json = JSON.parse(body) as unknown;
  const path = (expression: string): unknown => valueAt(json, expression);
  return {
    context: { responseOverride: {} as { status?: number } },
    input: {
      body,
      path,
      json: (expression: string) => JSON.stringify(path(expression) ?? ""),
      params: (name: string) => headers[name.toLowerCase()] ?? "",
    },
    util: {
      base64Encode: (text: string): string => Buffer.from(text).toString("base64"),
      urlEncode: (text: string): string => new URLSearchParams([["", text]]).toString().slice(1),
    },
  };
}

function valueAt(json: unknown, expression: string): unknown {
  const steps = expression.slice(1).match(/\.\w+|\[\d+\]/g) ?? [];
  if (`$${steps.join("")}` !== expression) {
    throw new Error(`${expression} cannot be evaluated on this machine; use names and indices`);
  }
  return steps
    .map((step) => step.replace(/[.[\]]/g, ""))
    .reduce<unknown>((value, step) => (value as Record<string, unknown> | null)?.[step], json);
}
