import { expect } from "chai";
import { apiAuthorization } from "../../../policies/compute/apis";
import { evaluate, unknownString } from "../../support/policy";
import { expectUndecided } from "../expectations";

const sigv4 = { type: "apiKey", "x-amazon-apigateway-authtype": "awsSigv4" };
const key = { type: "apiKey", name: "x-api-key", in: "header" };
const components = { securitySchemes: { sigv4, key } };
const iam = { "x-amazon-apigateway-auth": { type: "AWS_IAM" } };

function document(operation: object, root: object = {}): object {
  return { openapi: "3.0.1", components, paths: { "/trips": { post: operation } }, ...root };
}

const closed: readonly (readonly [string, object])[] = [
  ["an authorizer", document({ security: [{ sigv4: [] }] })],
  ["an authorizer for all", document({}, { security: [{ sigv4: [] }] })],
  ["IAM by the extension", document(iam)],
  ["an authorizer and an API key", document({ security: [{ sigv4: [], key: [] }] })],
  [
    "definitions of Swagger 2",
    { securityDefinitions: { sigv4 }, paths: { "/a": { get: { security: [{ sigv4: [] }] } } } },
  ],
  ["the question of a browser", { paths: { "/trips": { options: {} } } }],
  ["no paths", { openapi: "3.0.1" }],
];

const open: readonly (readonly [string, object | string, string])[] = [
  ["no security", document({}), "POST /trips"],
  ["empty security", document({ security: [] }, { security: [{ sigv4: [] }] }), "POST /trips"],
  ["an alternative without any", document({ security: [{ sigv4: [] }, {}] }), "POST /trips"],
  ["an API key alone", document({ security: [{ key: [] }] }), "POST /trips"],
  ["a scheme that does not exist", document({ security: [{ other: [] }] }), "POST /trips"],
  ["any method", { paths: { "/all": { "x-amazon-apigateway-any-method": {} } } }, "ANY /all"],
  ["one of two", { components, paths: { "/a": { get: iam, put: {} } } }, "PUT /a"],
  ["YAML, which it cannot read", "openapi: 3.0.1", "no JSON"],
];

describe("the body of an API", () => {
  for (const type of ["aws:apigateway/restApi:RestApi", "aws:apigatewayv2/api:Api"]) {
    for (const [title, body] of closed) {
      it(`of ${type} is accepted with ${title}`, async () => {
        const props = { body: JSON.stringify(body) };
        expect((await evaluate(apiAuthorization, { type, name: "api", props })).violations).to.be
          .empty;
      });
    }
    for (const [title, body, operation] of open) {
      it(`of ${type} is refused with ${title}`, async () => {
        const props = { body: typeof body === "string" ? body : JSON.stringify(body) };
        const { violations } = await evaluate(apiAuthorization, { type, name: "api", props });
        expect(violations.join()).to.include(`body has ${operation}`);
        const allowed = await evaluate(
          apiAuthorization,
          { type, name: "api", props },
          { open: [operation] },
        );
        expect(allowed.violations).to.have.length(operation === "no JSON" ? 1 : 0);
      });
    }
    it(`of ${type} is judged by the update while it is unknown`, async () => {
      await expectUndecided(
        apiAuthorization,
        { type, name: "api", props: { body: unknownString } },
        "body",
      );
    });
  }
});
