import kinds from "./document-kinds.json";
import { boxed, known, Undecided } from "./known";
import { type Statement, statements } from "./policy-document";
import { pathsOf, placesAt, sdkToken, sdkTokens, typesWith } from "./sdk-types";

/** Names of properties that hold policy documents. */
const documentNames = (
  "accessPolicies accessPolicy assumeRolePolicy deliveryDestinationPolicy inlinePolicy " +
  "policy policyDocument repositoryPolicy resourcePolicy"
).split(" ");

/** Types whose documents tell what an identity may do; a role has one of the other kind as well. */
export const identityDocuments = sdkTokens(kinds.identity);

const otherDocuments = Object.values(kinds.others).flatMap(sdkTokens);

/** Types with a document that grants the use of a resource; a role's grants its assumption. */
export const resourceDocuments = typesWith(...documentNames).filter(
  (type) =>
    ![...identityDocuments, ...otherDocuments].includes(type) || type === sdkToken("iam", "Role"),
);

type Properties = Readonly<Record<string, unknown>>;

/** The places of the documents about an identity, or of those about a resource. */
function documentPlaces(type: string, resource: Properties, about: "identity" | "resource") {
  return pathsOf(type, documentNames)
    .filter(
      (path) =>
        type !== sdkToken("iam", "Role") || path.startsWith("inline") === (about === "identity"),
    )
    .flatMap((path) => placesAt(resource, path));
}

/**
 * The statements in a resource, document by document, each with the path of its document for a message: those about
 * an identity, of one of {@link identityDocuments}, or about a resource, of one of {@link resourceDocuments}.
 *
 * @throws Undecided where a document is unknown in a preview, after the statements of the others
 */
export function* statementsIn(
  type: string,
  resource: Properties,
  about: "identity" | "resource",
): Iterable<{ readonly path: string; readonly statement: Statement }> {
  const unknown: string[] = [];
  for (const { path, block, property } of documentPlaces(type, resource, about)) {
    const document = boxed(block, property);
    if (document === undefined) {
      unknown.push(path);
    } else {
      for (const statement of statements(document.value)) {
        yield { path: path === "policy" ? "the policy" : path.replace(/\.policy$/, ""), statement };
      }
    }
  }
  if (unknown.length > 0) {
    throw new Undecided(unknown.join(", "));
  }
}

/** Properties with documents in a resource that are unknown in a preview. */
export function unknownDocuments(type: string, resource: Properties): readonly string[] {
  const judged = [...identityDocuments, ...resourceDocuments].includes(type);
  return (judged ? (["identity", "resource"] as const) : [])
    .flatMap((about) => documentPlaces(type, resource, about))
    .filter(
      ({ block, property }) =>
        known(() => ({ value: JSON.stringify(block[property]) })) === undefined,
    )
    .map(({ path }) => path);
}
