import { expect } from "chai";
import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import {
  factsOf,
  KNOWN_TYPES,
  type PropertyFact,
  type PropertyFacts,
} from "../../local/provider/facts";
import { nameRule } from "../../local/provider/names";

const aws = path.dirname(require.resolve("@pulumi/aws/package.json"));

/** Interfaces of @pulumi/aws by their qualified name, such as `kinesis.StreamStreamModeDetails`. */
type Interfaces = ReadonlyMap<string, ts.InterfaceDeclaration>;

function parse(file: string): ts.SourceFile {
  const text = readFileSync(path.join(aws, file), "utf8");
  return ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
}

function interfacesIn(node: ts.SourceFile | ts.ModuleBlock, prefix = ""): Interfaces {
  const found = new Map<string, ts.InterfaceDeclaration>();
  for (const statement of node.statements) {
    if (ts.isInterfaceDeclaration(statement)) {
      found.set(prefix + statement.name.text, statement);
    } else if (
      ts.isModuleDeclaration(statement) &&
      statement.body &&
      ts.isModuleBlock(statement.body)
    ) {
      const inner = interfacesIn(statement.body, `${prefix}${statement.name.text}.`);
      for (const [name, declaration] of inner) found.set(name, declaration);
    }
  }
  return found;
}

/** The type inside Input<…>, without undefined; of a choice the first. */
function plainType(node: ts.TypeNode): ts.TypeNode {
  if (ts.isUnionTypeNode(node)) {
    const [first] = node.types.filter(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword);
    return first ? plainType(first) : node;
  }
  if (ts.isTypeReferenceNode(node) && node.typeName.getText().endsWith("Input")) {
    const [inner] = node.typeArguments ?? [];
    return inner ? plainType(inner) : node;
  }
  return node;
}

function kindOf(node: ts.TypeNode, interfaces: Interfaces): string {
  const type = plainType(node);
  if (ts.isArrayTypeNode(type)) return "array";
  if (ts.isTypeLiteralNode(type)) return "object";
  if (!ts.isTypeReferenceNode(type)) return type.getText();
  const name = type.typeName.getText().replace(/^inputs\./, "");
  if (interfaces.has(name)) return "object";
  return name.startsWith("pulumi.asset") ? "asset" : "string";
}

function agrees(kind: string, { type }: PropertyFact): boolean {
  return kind === "number" ? type === "integer" || type === "number" : kind === type;
}

/** Where the facts differ from what the program may write. */
function differences(
  declaration: ts.InterfaceDeclaration,
  facts: PropertyFacts,
  { path: place, interfaces }: { readonly path: string; readonly interfaces: Interfaces },
): string[] {
  const found: string[] = [];
  const declared = new Set<string>();
  for (const member of declaration.members) {
    if (!ts.isPropertySignature(member) || !member.type) continue;
    const name = member.name.getText();
    const property = `${place}.${name}`;
    declared.add(name);
    const fact = facts[name];
    if (fact === undefined) {
      found.push(`${property} is missing`);
      continue;
    }
    // The SDK also lists parts of a block that AWS computes; to set one is refused.
    if (!fact.input) continue;
    const kind = kindOf(member.type, interfaces);
    if (!agrees(kind, fact)) found.push(`${property} is ${fact.type} and should be ${kind}`);
    const isNamed = place.includes(".") ? false : nameRule(place).property === name;
    if (fact.required && member.questionToken && !isNamed) found.push(`${property} is optional`);
    if (!fact.required && !member.questionToken) found.push(`${property} is required`);
    const inner = interfaceOf(member.type, interfaces);
    if (inner && fact.properties) {
      found.push(...differences(inner, fact.properties, { path: property, interfaces }));
    }
  }
  for (const [name, { input }] of Object.entries(facts)) {
    if (input && !declared.has(name)) found.push(`${place}.${name} does not exist`);
  }
  return found;
}

function interfaceOf(
  node: ts.TypeNode,
  interfaces: Interfaces,
): ts.InterfaceDeclaration | undefined {
  let type = plainType(node);
  if (ts.isArrayTypeNode(type)) type = plainType(type.elementType);
  if (!ts.isTypeReferenceNode(type)) return undefined;
  return interfaces.get(type.typeName.getText().replace(/^inputs\./, ""));
}

describe("facts on AWS resources", () => {
  it("agree with the inputs that @pulumi/aws declares", () => {
    const interfaces = interfacesIn(parse("types/input.d.ts"));
    const found = KNOWN_TYPES.flatMap((type) => {
      const [, module = "", name = ""] = type.split(":");
      const args = interfacesIn(parse(`${module}.d.ts`)).get(`${name}Args`);
      if (!args) return [`${type} does not exist`];
      return differences(args, factsOf(type), { path: type, interfaces });
    });
    expect(found).to.be.empty;
  });
});
