import { factsOf, type PropertyFacts } from "./facts";
import { inputProblems, type Problem } from "./input-problems";
import { autoName, isAutoName, nameRule } from "./names";
import {
  containsUnknown,
  inBlocks,
  isBlock,
  isObject,
  isSecret,
  reveal,
  secret,
  UNKNOWN,
  type Values,
} from "./values";

/** What a check knows besides the inputs. */
export interface CheckContext {
  readonly urn: string;
  readonly type: string;
  /** Inputs of the resource as deployed; absent when it is new or being replaced. */
  readonly previous?: Values | undefined;
  /** Name of the resource that this one replaces. */
  readonly retired?: string | undefined;
  /** Name by the stack's `pulumi:autonaming`; null where that leaves names to AWS. */
  readonly proposedName?: string | null | undefined;
  /** Tags that the provider adds to whatever can be tagged. */
  readonly defaultTags: Readonly<Record<string, string>>;
}

/**
 * Checks a resource's inputs as the real provider would before it asks AWS: names that exist, types,
 * what is required, numbers of items.
 *
 * @returns the inputs with names, default tags and default values filled in, and everything that is wrong
 * @throws when nothing is known of the resource type.
 */
export function check(
  news: Values,
  context: CheckContext,
): { inputs: Values; problems: readonly Problem[] } {
  const facts = factsOf(context.type);
  const problems: Problem[] = [];
  const inputs = filledIn(asDocuments(news, facts), facts);
  try {
    Object.assign(inputs, named(inputs, facts, context));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.push({ property: nameRule(context.type).property, reason });
  }
  if (facts["tags"]?.input && facts["tagsAll"] && Object.keys(context.defaultTags).length > 0) {
    const { defaultTags } = reveal(inputs["overrideProvider"] ?? {}) as {
      readonly defaultTags?: { readonly tags?: Values };
    };
    inputs["tags"] = tagged(inputs["tags"], defaultTags?.tags ?? context.defaultTags);
  }
  problems.push(...tagProblems(inputs["tags"], context.type));
  const others = inputProblems(inputs, facts, context.type).filter(
    ({ property }) => !problems.some((problem) => problem.property === property),
  );
  return { inputs, problems: [...problems, ...others] };
}

function asDocuments(inputs: Values, facts: PropertyFacts): Values {
  const entries = Object.entries(inputs).map(([name, value]) => {
    const isDocument = facts[name]?.document === true && isObject(reveal(value));
    if (!isDocument) return [name, value];
    const text = containsUnknown(value) ? UNKNOWN : JSON.stringify(reveal(value));
    return [name, isSecret(value) ? secret(text) : text];
  });
  return Object.fromEntries(entries) as Values;
}

/** Fills in the default values that the real provider adds, also inside the blocks that are given. */
function filledIn(inputs: Values, facts: PropertyFacts): Record<string, unknown> {
  const result: Record<string, unknown> = { ...inputs };
  for (const [name, fact] of Object.entries(facts)) {
    const value = inputs[name];
    if (value === undefined || value === null) {
      if (fact.input && fact.default !== undefined && fact.default !== "") {
        result[name] = fact.default;
      }
    } else if (fact.properties) {
      const { properties } = fact;
      result[name] = inBlocks(value, (block) => filledIn(block, properties));
    }
  }
  return result;
}

function named(inputs: Values, facts: PropertyFacts, context: CheckContext): Values {
  const { property } = nameRule(context.type);
  const given = inputs[property] ?? inputs[`${property}Prefix`];
  if (!facts[property]?.input || given !== undefined) return {};
  // A name that was given once and is given no more makes room for a generated one.
  const { proposedName } = context;
  if (proposedName === null) return {};
  const previous = context.previous?.[property];
  const isKept = proposedName !== undefined || isAutoName(previous);
  const suffix = inputs["fifoQueue"] === true || inputs["fifoTopic"] === true ? ".fifo" : "";
  const name = (isKept && previous) || autoName(context.type, { ...context, suffix });
  return { [property]: name };
}

/**
 * Tags that AWS refuses for their number.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html and
 * https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
 */
function tagProblems(wrapped: unknown, type: string): Problem[] {
  const tags = reveal(wrapped);
  const count = isBlock(tags) ? Object.keys(tags).length : 0;
  const limit = /^aws:s3\/(bucketObject|objectCopy)/.test(type) ? 10 : 50;
  if (count <= limit) return [];
  const reason = `must have at most ${limit} tags, default tags included; got ${count}. Remove tags`;
  return [{ property: "tags", reason }];
}

function tagged(tags: unknown, defaults: Values): unknown {
  if (tags === UNKNOWN) return tags;
  const own = reveal(tags ?? {});
  if (!isObject(own)) return tags;
  const all = { ...defaults, ...own };
  return isSecret(tags) ? secret(all) : all;
}
