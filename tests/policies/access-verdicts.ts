import { unknownString } from "../support/policy";
import { policyText } from "./access-fixtures";
import { rows, type Verdict } from "./verdict";

const administrator = "arn:aws:iam::aws:policy/AdministratorAccess";

const everybody = policyText({ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" });

/** Types with a document about who may use them, and its property. */
const documents = {
  "aws:apigateway/restApi:RestApi": "policy",
  "aws:apigateway/restApiPolicy:RestApiPolicy": "policy",
  "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy": "accessPolicy",
  "aws:kms/externalKey:ExternalKey": "policy",
  "aws:kms/replicaExternalKey:ReplicaExternalKey": "policy",
  "aws:kms/replicaKey:ReplicaKey": "policy",
  "aws:lambda/resourcePolicy:ResourcePolicy": "policy",
  "aws:s3/accessPoint:AccessPoint": "policy",
  "aws:s3control/accessPointPolicy:AccessPointPolicy": "policy",
};

const otherKeys = [
  "aws:kms/externalKey:ExternalKey",
  "aws:kms/replicaExternalKey:ReplicaExternalKey",
  "aws:kms/replicaKey:ReplicaKey",
];

/** Who may do what, by attachments, permissions and keys. */
export const accessVerdicts: readonly Verdict[] = [
  ...["Role", "User", "Group"].flatMap((identity) =>
    rows(
      "iam-managed-policy-full-access",
      `aws:iam/${identity.toLowerCase()}PolicyAttachmentsExclusive:${identity}PolicyAttachmentsExclusive`,
      [
        [{ policyArns: [administrator] }, `${administrator} is attached`],
        [{ policyArns: [unknownString] }],
      ],
    ),
  ),
  ...rows("iam-managed-policy-full-access", "iam/role:Role", [
    [{ managedPolicyArns: [unknownString, administrator] }, "AdministratorAccess is attached"],
    [{ managedPolicyArns: unknownString }],
  ]),
  ...rows("iam-managed-policy-full-access", "rolePolicyAttachment:RolePolicyAttachment", [
    ...[
      "AdministratorAccess-Amplify",
      "AmazonAPIGatewayAdministrator",
      "AWSCodeBuildAdminAccess",
      "AWSLambda_FullAccess",
      "IAMFullAccess",
      "job-function/DatabaseAdministrator",
      "PowerUserAccess",
      "SecretsManagerReadWrite",
    ].map(
      (name) =>
        [{ policyArn: `arn:aws:iam::aws:policy/${name}` }, `policy/${name} is attached`] as const,
    ),
    [{ policyArn: "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole" }],
    [{ policyArn: "arn:aws:iam::123456789012:policy/TripsTableFullAccess" }],
  ]),
  ...rows("iam-user-policy", "aws:iam/policyAttachment:PolicyAttachment", [
    [{ users: ["bob"] }, "it is a PolicyAttachment with users"],
    [{ users: [unknownString] }, "it is a PolicyAttachment with users"],
    [{ users: [] }],
    [{ roles: ["reader"] }],
  ]),
  ...rows(
    "iam-user-policy",
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive",
    [
      [{ policyArns: [administrator] }, "with policyArns"],
      // It takes what others attached away.
      [{ policyArns: [] }],
    ],
  ),
  ...Object.entries(documents).flatMap(([type, property]) =>
    rows("iam-resource-policy-public-access", type, [
      [{ [property]: everybody }, `${property} admits everybody`],
      [{ [property]: undefined }],
    ]),
  ),
  ...otherKeys.flatMap((type) =>
    rows("kms-key-deletion-window", type, [
      [{ deletionWindowInDays: 7 }, "deletionWindowInDays is 7; the least is 30"],
      [{}],
    ]),
  ),
  ...rows("kms-key-rotation", "kms/key:Key", [
    [{ enableKeyRotation: undefined, customKeyStoreId: unknownString }],
    [{ enableKeyRotation: undefined, xksKeyId: "key" }],
  ]),
  ...rows("iam-permission-public-access", "eventPermission:EventPermission", [
    [{ principal: "*" }, "principal is * without condition"],
    [{ principal: "*", condition: { key: "aws:PrincipalOrgID", value: unknownString } }],
  ]),
  ...rows("iam-permission-public-access", "layerVersionPermission:LayerVersionPermission", [
    [{ organizationId: undefined }, "principal is * without organizationId"],
    [{ organizationId: undefined, principal: "123456789012" }],
  ]),
  ...rows("opensearch-collection-public-access", "ServerlessSecurityPolicy", [
    [{ policy: '[{ "AllowFromPublic" : true }]' }, "AllowFromPublic is true"],
    [{ policy: unknownString }],
    [{ type: "encryption", policy: "{}" }],
  ]),
  ...rows("s3-access-point-public-access-block", "accessPoint:AccessPoint", [
    [{ publicAccessBlockConfiguration: { restrictPublicBuckets: false } }, "restrictPublicBuckets"],
    [{ publicAccessBlockConfiguration: {} }],
    [{ publicAccessBlockConfiguration: null }],
  ]),
  ...rows("lambda-permission-public-access", "permission:Permission", [
    [{ sourceArn: "*" }, "principal is apigateway.amazonaws.com without sourceArn"],
    [{ sourceArn: "arn:aws:execute-api:*:*:*" }, "without sourceArn or sourceAccount"],
    [{ sourceArn: "arn:aws:events:eu-central-1:123456789012:rule/*" }],
    [{ sourceArn: "arn:aws:execute-api:eu-central-1:123456789012:api/*/*" }],
    [
      { principal: "alexa-appkit.amazon.com", sourceArn: undefined },
      "principal is alexa-appkit.amazon.com without eventSourceToken",
    ],
    [{ principal: "alexa-appkit.amazon.com", eventSourceToken: "amzn1.ask.skill.1" }],
    [{ principal: "*", sourceArn: undefined }, "principal is *"],
    [{ principal: "*", principalOrgId: "o-1" }],
    [
      { principal: "events.amazonaws.com", sourceArn: undefined, sourceAccount: undefined },
      "principal is events.amazonaws.com without sourceArn or sourceAccount",
    ],
    [
      {
        principal: "s3.amazonaws.com",
        sourceArn: "arn:aws:s3:::trips",
        sourceAccount: undefined,
      },
      "principal is s3.amazonaws.com without sourceAccount",
    ],
    [{ principal: "arn:aws:iam::123456789012:role/caller", sourceArn: undefined }],
  ]),
];
