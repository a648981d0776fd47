import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";

/** Where the table of the SDK's types lies, one line per service. */
export const sdkTypesPath = path.resolve(__dirname, "../../../policies/engine/sdk-table.json");

const sdk = path.dirname(require.resolve("@pulumi/aws/package.json"));

/**
 * Properties by which policies find the types that they judge: tags, policy documents, attached policies, instance
 * types, public addresses, access control lists and unencrypted copies. The table holds no others.
 */
const marks =
  /^tags$|(^|\.)(policy|policyDocument|accessPolic(y|ies)|assumeRolePolicy|inlinePolic(y|ies)|resourcePolicy|repositoryPolicy|deliveryDestinationPolicy|(managedP|sessionP|p)olicyArns?|instanceTypes?|instanceRequirements|(associate|assign)\w*Public\w+|publiclyAccessible|mapPublicIpOnLaunch|acl|cannedAcl|accessControlPolicy|grants|encrypted|encryptionDisabled|storageEncrypted)$/;

interface Property {
  /** As the SDK declares it, such as pulumi.Input<string | undefined>. */
  readonly type: string;
  readonly isOptional: boolean;
}

type Interfaces = ReadonlyMap<string, ReadonlyMap<string, Property>>;

const blocksFile = path.join(sdk, "types", "input.d.ts");

/** Blocks that arguments consist of, by name, with their properties. */
export function sdkBlocks(): Interfaces {
  return interfacesIn(blocksFile);
}

/** The arguments of a resource type, such as aws:kinesis/stream:Stream. */
export function sdkArguments(type: string): ReadonlyMap<string, Property> {
  const [, module = "", name = ""] = type.split(":");
  return interfacesIn(path.join(sdk, `${module}.d.ts`)).get(`${name}Args`) ?? new Map();
}

/** The table, read from the declarations of the installed @pulumi/aws. */
export function sdkTypes(): string {
  const blocks = sdkBlocks();
  const lines = readdirSync(sdk, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: service }) => {
      const types = readdirSync(path.join(sdk, service))
        .filter((file) => file.endsWith(".d.ts"))
        .flatMap((file) => typeIn(service, file, blocks))
        .sort(([a], [b]) => a.localeCompare(b));
      return types.length === 0
        ? []
        : [`  ${JSON.stringify(service)}: ${JSON.stringify(Object.fromEntries(types))}`];
    });
  return `{\n${lines.join(",\n")}\n}\n`;
}

function typeIn(service: string, file: string, blocks: Interfaces): readonly [string, string][] {
  const source = path.join(sdk, service, file.replace(/\.d\.ts$/, ".js"));
  const [, type] = /__pulumiType = 'aws:[^:]+:(\w+)'/.exec(readFileSync(source, "utf8")) ?? [];
  if (type === undefined) {
    return [];
  }
  const args = interfacesIn(path.join(sdk, service, file)).get(`${type}Args`) ?? new Map();
  return [[type, [...markedPaths(args, blocks, [])].sort().join(" ")]];
}

/** Paths of marked properties, at any depth; a block in itself ends the descent. */
function* markedPaths(
  properties: ReadonlyMap<string, Property>,
  blocks: Interfaces,
  parents: readonly string[],
  prefix = "",
): Iterable<string> {
  for (const [name, { type }] of properties) {
    const place = `${prefix}${name}`;
    const [, block] = /\binputs\.([\w.]+)/.exec(type) ?? [];
    if (marks.test(place)) {
      yield place;
    }
    if (block !== undefined && !parents.includes(block)) {
      yield* markedPaths(blocks.get(block) ?? new Map(), blocks, [...parents, block], `${place}.`);
    }
  }
}

/** The interfaces of a declaration file as the SDK's generator writes them: one property per line. */
function interfacesIn(file: string): Interfaces {
  const found = new Map<string, Map<string, Property>>();
  const namespaces: string[] = [];
  let current: Map<string, Property> | undefined;
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const [, namespace] = /^\s*(?:export )?(?:declare )?namespace (\w+) \{$/.exec(line) ?? [];
    const [, name] = /^\s*(?:export )?interface (\w+) \{$/.exec(line) ?? [];
    const [, property, optional, type] = /^\s+(\w+)(\??): (.+)$/.exec(line) ?? [];
    if (namespace !== undefined) {
      namespaces.push(namespace);
    } else if (name !== undefined) {
      found.set([...namespaces, name].join("."), (current = new Map<string, Property>()));
    } else if (property !== undefined && type !== undefined) {
      current?.set(property, { type, isOptional: optional === "?" });
    } else if (/^\s*\}$/.test(line)) {
      if (current === undefined) {
        namespaces.pop();
      }
      current = undefined;
    }
  }
  return found;
}

if (require.main === module) {
  void writeFile(sdkTypesPath, sdkTypes());
}
