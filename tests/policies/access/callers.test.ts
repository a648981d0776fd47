import { expect } from "chai";
import { publicGrants } from "../../../policies/access/grants";
import { change, evaluate } from "../../support/policy";
import { keyPolicy, policyText } from "../access-fixtures";

const everybody = { Effect: "Allow", Principal: "*", Action: "kms:Decrypt", Resource: "*" };

function under(operator: string, key: string, value: string | readonly string[]): object {
  return { ...everybody, Condition: { [operator]: { [key]: value } } };
}

const github = "token.actions.githubusercontent.com";

function toWorkflows(Condition: object): object {
  const Principal = { Federated: `arn:aws:iam::123456789012:oidc-provider/${github}` };
  return { ...everybody, Principal, Action: "sts:AssumeRoleWithWebIdentity", Condition };
}

const audience = { StringEquals: { [`${github}:aud`]: "sts.amazonaws.com" } };

function ofSubject(subject: string, operator = "StringLike"): object {
  return toWorkflows({ ...audience, [operator]: { [`${github}:sub`]: subject } });
}

const accessPoints = "arn:aws:s3:eu-central-1:123456789012:accesspoint/*";

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
  ["a single address", under("IpAddress", "aws:SourceIp", "192.0.2.1"), false],
  ["a private network", under("IpAddress", "aws:SourceIp", "10.0.0.0/8"), false],
  [
    "halves of the internet",
    under("IpAddress", "aws:SourceIp", ["0.0.0.0/1", "128.0.0.0/1"]),
    true,
  ],
  ["a network of IPv6", under("IpAddress", "aws:SourceIp", "2001:db8::/32"), false],
  ["a half of IPv6", under("IpAddress", "aws:SourceIp", "8000::/1"), true],
  [
    "access points of an account",
    under("StringLike", "s3:DataAccessPointArn", accessPoints),
    false,
  ],
  ["access points of any", under("StringLike", "s3:DataAccessPointArn", "arn:aws:s3:*:*:*"), true],
  [
    "an account's points",
    under("StringEquals", "s3:DataAccessPointAccount", "123456789012"),
    false,
  ],
  [
    "a unit of an organisation",
    under("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-x/r-y/ou-z/*"),
    false,
  ],
  ["units of any", under("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-*/r-y/*"), true],
  [
    "whatever account it is of",
    under("StringEquals", "aws:PrincipalAccount", "${aws:PrincipalAccount}"),
    true,
  ],
  ["every repository", toWorkflows(audience), true],
  ["every repository by a wildcard", ofSubject("*"), true],
  ["every repository's main branch", ofSubject("repo:*:ref:refs/heads/main"), true],
  ["every repository without a subject", ofSubject("repo:a/b:*", "StringLikeIfExists"), true],
  [
    "every repository's environment, if it is one repository by its id",
    toWorkflows({
      StringLike: { [`${github}:sub`]: "repo:*:environment:prod" },
      StringEquals: { [`${github}:repository_id`]: "123456" },
    }),
    false,
  ],
  ["one repository", ofSubject("repo:team/trips:*"), false],
  ["one branch", ofSubject("repo:team/trips:ref:refs/heads/main", "StringEquals"), false],
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

  const strangers = (changes: object, operator = "StringNotEquals"): object => ({
    ...everybody,
    Effect: "Deny",
    Condition: { [operator]: { "aws:SourceVpce": "vpce-1" } },
    ...changes,
  });
  const denials: readonly (readonly [title: string, denial: object, isPublic: boolean])[] = [
    ["all who do not come through one endpoint", strangers({}), false],
    ["some of them, or those who say whence", strangers({}, "StringNotEqualsIfExists"), true],
    ["them one action of two", strangers({ Action: "kms:Encrypt" }), true],
    ["them another resource", strangers({ Resource: "arn:aws:kms:::key/1" }), true],
    ["one account", strangers({ Principal: { AWS: "123456789012" } }), true],
    [
      "them without TLS only",
      strangers({
        Condition: {
          StringNotEquals: { "aws:SourceVpce": "vpce-1" },
          Bool: { "aws:SecureTransport": "false" },
        },
      }),
      true,
    ],
    [
      "none, as every endpoint is let in",
      strangers({ Condition: { StringNotLike: { "aws:SourceVpce": "*" } } }),
      true,
    ],
  ];
  for (const [title, denial, isPublic] of denials) {
    it(`${isPublic ? "refuses" : "accepts"} a grant to everybody with a denial of ${title}`, async () => {
      const granted = change(keyPolicy, { policy: policyText(everybody, denial) });
      const { violations } = await evaluate(publicGrants, granted);
      expect(violations).to.have.length(isPublic ? 1 : 0);
    });
  }
});
