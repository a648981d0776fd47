import { expect } from "chai";
import { publicGrants } from "../../policies/grants";
import { change, evaluate } from "../support/policy";
import { keyPolicy, policyText } from "./access-fixtures";

const everybody = { Effect: "Allow", Principal: "*", Action: "kms:Decrypt", Resource: "*" };

function under(operator: string, key: string, value: string | readonly string[]): object {
  return { ...everybody, Condition: { [operator]: { [key]: value } } };
}

const cases: readonly (readonly [title: string, statement: object, isPublic: boolean])[] = [
  ["everybody", everybody, true],
  ["everybody as AWS", { ...everybody, Principal: { AWS: ["*"] } }, true],
  ["everybody but one", { ...everybody, Principal: undefined, NotPrincipal: { AWS: "1" } }, true],
  ["nobody, by a denial to everybody", { ...everybody, Effect: "Deny" }, false],
  ["one account", { ...everybody, Principal: { AWS: "123456789012" } }, false],
  ["everybody of an account", under("StringEquals", "aws:PrincipalAccount", "123456789012"), false],
  ["everybody of any account", under("StringLike", "aws:PrincipalAccount", "*"), true],
  ["an account, if it says which", under("StringEqualsIfExists", "aws:SourceAccount", "1"), true],
  ["all but an account", under("StringNotEquals", "aws:SourceAccount", "123456789012"), true],
  [
    "a topic of an account",
    under("ArnLike", "aws:SourceArn", "arn:aws:sns:*:123456789012:*"),
    false,
  ],
  ["any topic", under("ArnLike", "aws:SourceArn", "arn:aws:sns:*:*:*"), true],
  [
    "a bucket, whose ARN has no account",
    under("ArnEquals", "aws:SourceArn", "arn:aws:s3:::trips"),
    false,
  ],
  ["any bucket", under("ArnLike", "aws:SourceArn", "arn:aws:s3:::*"), true],
  ["a network", under("IpAddress", "aws:SourceIp", "192.0.2.0/24"), false],
  ["the internet", under("IpAddress", "aws:SourceIp", ["192.0.2.0/24", "0.0.0.0/0"]), true],
  ["everybody with TLS", under("Bool", "aws:SecureTransport", "true"), true],
];

describe("iam-resource-policy-public-access", () => {
  for (const [title, statement, isPublic] of cases) {
    it(`${isPublic ? "refuses" : "accepts"} a grant to ${title}`, async () => {
      const granted = change(keyPolicy, { policy: policyText(statement) });
      const { violations } = await evaluate(publicGrants, granted);
      expect(violations).to.have.length(isPublic ? 1 : 0);
    });
  }
});
