import kinds from "./document-kinds.json";
import { known, Undecided } from "./known";
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

interface Located {
  /** Where it is, for a message. */
  readonly path: string;
  readonly statement: Statement;
}

type Properties = Readonly<Record<string, unknown>>;

/** The places of the documents about an identity, or of those about a resource. */
function documentPlaces(type: string, resource: Properties, ofIdentity: boolean) {
  return pathsOf(type, documentNames)
    .filter((path) => type !== sdkToken("iam", "Role") || path.startsWith("inline") === ofIdentity)
    .flatMap((path) => placesAt(resource, path));
}

/**
 * The statements about an identity in a resource of one of {@link identityDocuments}.
 *
 * @throws Undecided where a document is unknown in a preview, after the statements of the others
 */
export function* identityStatements(type: string, resource: Properties): Iterable<Located> {
  yield* locatedStatements(type, resource, true);
}

/**
 * The statements about a resource of one of {@link resourceDocuments}, document by document.
 *
 * @throws Undecided where a document is unknown in a preview, after the statements of the others
 */
export function resourceStatements(type: string, resource: Properties): Iterable<Located> {
  return locatedStatements(type, resource, false);
}

function* locatedStatements(
  type: string,
  resource: Properties,
  ofIdentity: boolean,
): Iterable<Located> {
  const unknown: string[] = [];
  for (const { path, block, property } of documentPlaces(type, resource, ofIdentity)) {
    const document = known(() => ({ value: block[property] }));
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
  return (judged ? [true, false] : [])
    .flatMap((ofIdentity) => documentPlaces(type, resource, ofIdentity))
    .filter(
      ({ block, property }) =>
        known(() => ({ value: JSON.stringify(block[property]) })) === undefined,
    )
    .map(({ path }) => path);
}
