import { isSet } from "../engine/known";
import { stackPolicy, typesPolicy } from "../engine/policy";
import { texts } from "../engine/setting-schema";
import { statefulTypes } from "./stateful-types";
import { taggableTypes } from "../engine/sdk-types";
import { unknownDocuments } from "../engine/document-types";

export const requiredTags = typesPolicy("required-tags", taggableTypes, {
  isGeneral: true,
  severity: "low",
  rule: "Tag every resource that can be tagged.",
  reason: "Tags say whose a resource is, and whom its bill goes to.",
  fix: "Set the tags in aws:defaultTags for the whole stack, or in tags.",
  controls: ["EC2.40", "EC2.48"],
  source: "https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html",
  config: {
    keys: texts("Tags that every resource must have.", "project stack"),
  },
  *check(resource, { keys }) {
    // The provider adds its default tags before a policy sees them.
    const given = (resource["tags"] ?? {}) as Readonly<Record<string, string>>;
    // A scaling group has a list of them.
    const tags = Array.isArray(given)
      ? Object.fromEntries(given.map(({ key, value }: Tag) => [key, value]))
      : given;
    const missing = keys.filter((key) => !isSet(tags, key));
    if (missing.length > 0) {
      yield { fact: `tags lack ${missing.join(", ")}`, limit: "they are required" };
    }
  },
});

interface Tag {
  readonly key: string;
  readonly value: string;
}

export const statefulProtection = typesPolicy("stateful-resource-protection", statefulTypes, {
  severity: "high",
  rule: "Protect the resources that hold data from being destroyed.",
  reason: "A change that replaces them, or a destroy of the wrong stack, takes the data with it.",
  fix: "Set the resource option protect, or take the type out of the policy's configuration for stacks that hold nothing of value.",
  controls: ["KMS.3", "Cognito.6"],
  source: "https://www.pulumi.com/docs/iac/concepts/options/protect/",
  config: {
    types: texts("Types whose resources must be protected.", statefulTypes),
  },
  *check(_resource, { types }, { type, opts }) {
    if (types.includes(type) && !opts.protect) {
      yield { fact: "the resource is not protected", limit: "its data must not be destroyed" };
    }
  },
});

export const undecidedDocuments = stackPolicy("policy-document-unknown", [], {
  severity: "low",
  level: "advisory",
  rule: "Know in a preview what the update will judge only when it is under way.",
  reason:
    "The document of an IAM policy that names a resource yet to be made is unknown in a preview. The update judges it before it makes the policy, and stops there if it has to.",
  fix: "Nothing has to be done; a preview of a stack that exists knows the documents.",
  source: "https://www.pulumi.com/docs/iac/concepts/inputs-outputs/",
  *check(resources) {
    const unknown = resources
      .filter(({ type, props }) => unknownDocuments(type, props).length > 0)
      .sort((a, b) => a.name.localeCompare(b.name));
    const [first] = unknown;
    if (first !== undefined) {
      const others = new Set(unknown.map(({ name }) => name));
      others.delete(first.name);
      yield {
        resource: first,
        fact: `its policy document is unknown in this preview${others.size === 0 ? "" : `, as are those of ${[...others].join(", ")}`}`,
        limit: "the policies about documents judge them in the update",
      };
    }
  },
});
