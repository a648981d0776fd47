import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { name as packageName } from "../infra/plugin/package.json";
import entryPoints from "./entry-points.json";

/** A part of a Pulumi schema: https://www.pulumi.com/docs/iac/packages-and-automation/pulumi-packages/schema */
type Spec = Readonly<Record<string, unknown>>;

const root = path.resolve(__dirname, "..");
const anything = { $ref: "pulumi.json#/Any" };

/**
 * Schema of the components of the npm package, from the types of their arguments as the compiler resolves them.
 * Methods without arguments that give statements are outputs.
 *
 * @throws Error that lists every argument whose type no schema can describe
 */
export function componentSchema() {
  // The whole pipeline takes configuration keys in other languages.
  const modules = Object.values(entryPoints).filter((module) => module !== entryPoints.pipeline);
  const files = modules.map((module) => path.join(root, `${module}.ts`));
  const settings = ts.readConfigFile(path.join(root, "tsconfig.json"), (file) =>
    readFileSync(file, "utf8"),
  );
  const { options } = ts.parseJsonConfigFileContent(settings.config, ts.sys, root);
  const program = ts.createProgram(files, { ...options, noEmit: true });
  const describer = new Describer(program.getTypeChecker());
  for (const file of files) {
    const source = program.getSourceFile(file);
    if (source !== undefined) describer.addComponents(source);
  }
  if (describer.refused.length > 0) {
    throw new Error(`No schema can describe:\n- ${describer.refused.join("\n- ")}`);
  }
  return { resources: describer.resources, types: describer.types };
}

/** One argument as a schema describes it, and whether its values are known when the program runs. */
interface Described {
  readonly spec: Spec;
  readonly plain: boolean;
}

class Describer {
  readonly resources: Record<string, Spec> = {};
  readonly types: Record<string, Spec> = {};
  readonly refused: string[] = [];
  readonly #checker: ts.TypeChecker;
  readonly #named = new Map<string, ts.Type>();

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  addComponents(source: ts.SourceFile): void {
    const module = this.#checker.getSymbolAtLocation(source);
    for (const exported of module ? this.#checker.getExportsOfModule(module) : []) {
      const declaration = exported.declarations?.find(ts.isClassDeclaration);
      const type = this.#checker.getDeclaredTypeOfSymbol(exported);
      if (declaration !== undefined && isNamed(type, "ComponentResource")) {
        this.#addComponent(exported, type, declaration);
      }
    }
  }

  #addComponent(symbol: ts.Symbol, type: ts.Type, declaration: ts.ClassDeclaration): void {
    const { name } = symbol;
    const [, args] = declaration.members.find(ts.isConstructorDeclaration)?.parameters ?? [];
    if (args === undefined) return;
    const { properties, required } = this.#properties(this.#checker.getTypeAtLocation(args), name);
    const { outputs, sure } = this.#outputs(type, declaration);
    this.resources[`${packageName}:index:${name}`] = {
      isComponent: true,
      description: this.#documentation(symbol),
      inputProperties: properties,
      ...(!args.questionToken && { requiredInputs: required }),
      properties: outputs,
      required: sure,
    };
  }

  /** Public outputs, and what methods without arguments return of statements. */
  #outputs(type: ts.Type, declaration: ts.ClassDeclaration) {
    const own = type
      .getProperties()
      .filter(({ valueDeclaration: at }) => at?.parent === declaration);
    const sure: string[] = [];
    const entries = own.flatMap((property): (readonly [string, Spec])[] => {
      const { valueDeclaration: at, name } = property;
      if (at === undefined || name.startsWith("#")) return [];
      const modifiers = ts.getCombinedModifierFlags(at);
      if (modifiers & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) return [];
      const value = this.#checker.getTypeOfSymbol(property);
      const description = this.#documentation(property);
      const [signature] = value.getCallSignatures();
      const isStatements = /Statements?$/.test(name) && signature?.parameters.length === 0;
      const statements = isStatements ? { type: "array", items: anything } : undefined;
      const described = signature === undefined ? this.#outputOf(value) : statements;
      if (described === undefined) return [];
      if (this.#checker.getNonNullableType(value) === value) sure.push(name);
      return [[name, { ...described, ...(description && { description }) }]];
    });
    return { outputs: Object.fromEntries(entries), sure };
  }

  /** Of an output, a list of outputs, outputs by name, or a value that is known at the start. */
  #outputOf(declared: ts.Type): Spec | undefined {
    const type = this.#checker.getNonNullableType(declared);
    const inner = outputType(type, this.#checker);
    if (inner !== undefined) return this.#describe(inner, "")?.spec;
    const primitive = primitiveOf(this.#members(type));
    if (primitive !== undefined) return { type: primitive };
    const isList = this.#checker.isArrayType(type);
    const values = isList ? type.getNumberIndexType() : type.getStringIndexType();
    const each = values && this.#outputOf(values);
    return (
      each &&
      (isList ? { type: "array", items: each } : { type: "object", additionalProperties: each })
    );
  }

  /** Properties of all members of a union; those that not all of them need are optional. */
  #properties(type: ts.Type, owner: string) {
    const members = type.isUnion() ? type.types : [type];
    const properties: Record<string, Spec> = {};
    const needed = new Map<string, number>();
    for (const symbol of members.flatMap((member) => this.#checker.getPropertiesOfType(member))) {
      const { name } = symbol;
      const valueType = this.#checker.getTypeOfSymbol(symbol);
      const described = this.#describe(valueType, `${owner}${capital(name)}`);
      if (described === undefined) {
        // The option dependsOn does for other languages what an argument with resources does.
        const isOptional = symbol.flags & ts.SymbolFlags.Optional;
        if (isOptional && this.#takesResources(valueType)) continue;
        this.refused.push(`${owner}.${name}: ${this.#checker.typeToString(valueType)}`);
        continue;
      }
      const { spec, plain } = described;
      const choices = literals(this.#members(valueType));
      const description = [this.#documentation(symbol), choices].filter(Boolean).join(" ");
      properties[name] = { ...spec, ...(plain && { plain }), ...(description && { description }) };
      if (!(symbol.flags & ts.SymbolFlags.Optional)) needed.set(name, (needed.get(name) ?? 0) + 1);
    }
    const required = [...needed].filter(([, times]) => times === members.length);
    return { properties, required: required.map(([name]) => name) };
  }

  /** @param place - names a type that has no name of its own */
  #describe(type: ts.Type, place: string): Described | undefined {
    const all = this.#members(type);
    const members = all.filter((member) => !isInput(member, this.#checker));
    const plain = members.length === all.length;
    const [first] = members;
    if (first === undefined) return undefined;
    if (first.flags & unspecified || symbolName(first) === "PolicyStatement")
      return { spec: anything, plain: false };
    const kinds = kindsOf(members, this.#checker);
    if (kinds.length > 1) {
      const oneOf = kinds.map((kind) => this.#one(kind, type, place)?.spec);
      return oneOf.includes(undefined) ? undefined : { spec: { oneOf }, plain: false };
    }
    const described = this.#one(members, type, place);
    return described && { ...described, plain: plain && described.plain };
  }

  /** Members of one kind: primitive values, a list, values by name, or objects. */
  #one(members: readonly ts.Type[], type: ts.Type, place: string): Described | undefined {
    const primitive = primitiveOf(members);
    if (primitive !== undefined) return { spec: { type: primitive }, plain: true };
    const [first] = members;
    if (first === undefined) return undefined;
    if (members.some((member) => member.getCallSignatures().length > 0)) return undefined;
    if (members.some((member) => isNamed(member, "Resource"))) return undefined;
    if (this.#checker.isArrayType(first)) {
      const [element] = this.#checker.getTypeArguments(first as ts.TypeReference);
      const items = element && this.#describe(element, place);
      return items && { spec: { type: "array", items: items.spec }, plain: items.plain };
    }
    const values = first.getStringIndexType();
    if (values !== undefined) {
      const each = this.#describe(values, place);
      const spec = { type: "object", additionalProperties: each?.spec };
      return each && { spec, plain: each.plain };
    }
    return members.every(({ flags }) => flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))
      ? { spec: { $ref: this.#objectType(members, type, place) }, plain: false }
      : undefined;
  }

  #takesResources(type: ts.Type): boolean {
    const [first] = this.#members(type);
    return (
      first !== undefined &&
      this.#checker.isArrayType(first) &&
      this.#checker
        .getTypeArguments(first as ts.TypeReference)
        .some((element) => isNamed(element, "Resource"))
    );
  }

  #objectType(members: readonly ts.Type[], type: ts.Type, place: string): string {
    const [only] = members.length === 1 ? members : [];
    const own = only?.aliasSymbol ?? only?.symbol;
    const isOwn = own !== undefined && !["__type", "Omit", "Pick", "Partial"].includes(own.name);
    const named = isOwn ? own.name : place;
    const known = this.#named.get(named);
    const name = known === undefined || known === (only ?? type) ? named : place;
    const token = `${packageName}:index:${name}`;
    if (!this.#named.has(name)) {
      this.#named.set(name, only ?? type);
      const shapes = members.map((member) => this.#properties(member, name));
      const needed = shapes.map(({ required }) => new Set(required));
      this.types[token] = {
        type: "object",
        ...(isOwn && { description: this.#documentation(own) }),
        properties: Object.assign({}, ...shapes.map(({ properties }) => properties)) as Spec,
        required: [...(needed[0] ?? [])].filter((key) => needed.every((keys) => keys.has(key))),
      };
    }
    return `#/types/${token}`;
  }

  #members(type: ts.Type): readonly ts.Type[] {
    const members = type.isUnion() ? type.types : [type];
    return members.filter(({ flags }) => !(flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)));
  }

  /** The comment in plain text, with the default at its end. */
  #documentation(symbol: ts.Symbol): string {
    const text = ts.displayPartsToString(symbol.getDocumentationComment(this.#checker));
    const tag = symbol.getJsDocTags(this.#checker).find(({ name }) => name === "default");
    const standard = tag && `Default: ${ts.displayPartsToString(tag.text)}.`;
    return [text, standard].filter(Boolean).join(" ").replace(/\s+/g, " ");
  }
}

const unspecified = ts.TypeFlags.Unknown | ts.TypeFlags.Any | ts.TypeFlags.NonPrimitive;

/** The members of a union by kind: strings, numbers, booleans, lists and objects. */
function kindsOf(members: readonly ts.Type[], checker: ts.TypeChecker): readonly ts.Type[][] {
  const kinds = new Map<string, ts.Type[]>();
  for (const member of members) {
    const kind = primitiveOf([member]) ?? (checker.isArrayType(member) ? "array" : "object");
    kinds.set(kind, [...(kinds.get(kind) ?? []), member]);
  }
  return [...kinds.values()];
}

function primitiveOf(members: readonly ts.Type[]): string | undefined {
  const every = (flags: ts.TypeFlags) => members.every((member) => member.flags & flags);
  if (members.length === 0) return undefined;
  if (every(ts.TypeFlags.StringLike)) return "string";
  if (every(ts.TypeFlags.NumberLike)) return "number";
  return every(ts.TypeFlags.BooleanLike) ? "boolean" : undefined;
}

/** The values of a union of literals, in words. */
function literals(members: readonly ts.Type[]): string {
  const values = members.flatMap((member) =>
    member.isStringLiteral() || member.isNumberLiteral() ? [member.value] : [],
  );
  return values.length > 1 && values.length < 30 ? `One of ${values.join(", ")}.` : "";
}

/** A part of the union Input<T> that is not T. */
function isInput(type: ts.Type, checker: ts.TypeChecker): boolean {
  return symbolName(type) === "Promise" || outputType(type, checker) !== undefined;
}

/** T of Output<T>. */
function outputType(type: ts.Type, checker: ts.TypeChecker): ts.Type | undefined {
  const parts = type.isIntersection() ? type.types : [type];
  const instance = parts.find((part) => symbolName(part) === "OutputInstance");
  return instance && checker.getTypeArguments(instance as ts.TypeReference)[0];
}

function isNamed(type: ts.Type, name: string): boolean {
  return (
    symbolName(type) === name || (type.getBaseTypes() ?? []).some((base) => isNamed(base, name))
  );
}

/** Types such as string have no symbol, whatever the declaration says. */
function symbolName(type: ts.Type): string | undefined {
  return (type.symbol as ts.Symbol | undefined)?.name;
}

function capital(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

if (require.main === module) {
  const file = path.join(root, "infra/plugin/components.json");
  writeFileSync(file, `${JSON.stringify(componentSchema(), null, 2)}\n`);
}
