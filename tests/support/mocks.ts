import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";

/** Input properties as they are sent to the engine. */
export type Inputs = Readonly<Record<string, unknown>>;

/** One resource that a program registered. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  /** False for components. */
  readonly custom: boolean;
  readonly inputs: Inputs;
  readonly parent: string | undefined;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** Deletes the resource before its replacement is created. */
  readonly deleteBeforeReplace: boolean;
  /** Names of the resources that it waits for beyond those whose outputs it takes. */
  readonly dependsOn: readonly string[];
  /** Properties whose changes the program leaves to others. */
  readonly ignoreChanges: readonly string[];
  /** How long the provider waits for it; empty where it knows best. */
  readonly customTimeouts: pulumi.CustomTimeouts;
  /** Replaces the resource when it changes. */
  readonly replacementTrigger: unknown;
}

/** What a program did. */
export class Deployment {
  readonly resources: readonly Registration[];
  /** Outputs of the program, resolved. */
  readonly outputs: Inputs;

  constructor(resources: readonly Registration[], outputs: Inputs) {
    this.resources = resources;
    this.outputs = outputs;
  }

  ofType(type: string): Registration[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** The only resource of a type, or the one of that name. */
  one(type: string, name?: string): Registration {
    const found = this.ofType(type).filter(
      (resource) => name === undefined || resource.name === name,
    );
    const [resource] = found;
    if (resource === undefined || found.length > 1) {
      const names = this.ofType(type).map((candidate) => candidate.name);
      throw new Error(`Expected one ${type} ${name ?? ""}, found: ${names.join(", ") || "none"}`);
    }
    return resource;
  }
}

export interface DeployOptions {
  /** Previews instead of deploying: what AWS computes stays unknown. @default false */
  readonly preview?: boolean;
  /** Configuration of the stack, full keys. */
  readonly config?: Readonly<Record<string, string>>;
  /** @default dev */
  readonly stack?: string;
  /** Answers of provider functions by token, in place of the usual ones. */
  readonly functions?: Readonly<Record<string, Inputs>>;
}

const accountId = "123456789012";
const region = "us-east-1";

/** What AWS makes known at the latest when a resource exists, besides the inputs that it echoes. */
const computed: Readonly<Record<string, (name: string) => Inputs>> = {
  "aws:s3/bucketObjectv2:BucketObjectv2": () => ({ versionId: "version-1" }),
  "aws:apigateway/restApi:RestApi": (name) => ({
    rootResourceId: `${name}-root`,
    executionArn: `arn:aws:execute-api:${region}:${accountId}:${name}-id`,
  }),
  "aws:apigateway/stage:Stage": (name) => ({
    executionArn: `arn:aws:execute-api:${region}:${accountId}:${name}-id/v1`,
    invokeUrl: `https://${name}-id.execute-api.${region}.amazonaws.com/v1`,
  }),
  "aws:lambda/function:Function": (name) => ({
    invokeArn: `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${name}/invocations`,
    qualifiedArn: `arn:aws:test:${region}:${accountId}:${name}:1`,
  }),
  "aws:lambda/eventSourceMapping:EventSourceMapping": (name) => ({ uuid: `${name}-uuid` }),
  "aws:opensearch/domain:Domain": (name) => ({
    endpoint: `vpc-${name}.${region}.es.amazonaws.com`,
  }),
  "aws:ec2/eip:Eip": () => ({ publicIp: "198.51.100.7" }),
  "aws:ec2/keyPair:KeyPair": (name) => ({ keyName: name }),
  "awsx:ec2:Vpc": (name) => ({
    vpcId: `${name}-id`,
    privateSubnetIds: ["subnet-a", "subnet-b", "subnet-c"],
    publicSubnetIds: ["subnet-x", "subnet-y", "subnet-z"],
    routeTables: ["rtb-a", "rtb-x"].map((id) => ({ id })),
  }),
};

const zones = ["us-east-1", "eu-central-1", "eu-west-1"].flatMap((one) =>
  ["a", "b", "c", "d", "e", "f"].map((zone) => `${one}${zone}`),
);

/** The provider functions that programs call. */
const functions: Readonly<Record<string, Inputs>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": { accountId },
  "aws:index/getAvailabilityZones:getAvailabilityZones": { names: zones },
  "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": { locations: zones },
  "aws:ec2/getVpcEndpointService:getVpcEndpointService": { availabilityZones: zones },
  "aws:index/getPartition:getPartition": { partition: "aws", dnsSuffix: "amazonaws.com" },
  "aws:index/getRegion:getRegion": { region },
  "aws:ssm/getParameter:getParameter": { insecureValue: "ami-0123456789abcdef0" },
};

/** What the engine itself makes known of its own resources. */
function kept(type: string, { input }: Inputs): Inputs {
  return type === "pulumi:index:Stash" ? { output: input } : {};
}

class RecordingMocks implements pulumi.runtime.Mocks {
  readonly registered: Omit<Registration, keyof Options>[] = [];

  /** The first complaint of these mocks; Pulumi does not pass it on. */
  failure: Error | undefined;

  readonly #preview: boolean;
  readonly #functions: Readonly<Record<string, Inputs>>;

  constructor(preview: boolean, answers: Readonly<Record<string, Inputs>>) {
    this.#preview = preview;
    this.#functions = { ...functions, ...answers };
  }

  newResource({
    type,
    name,
    inputs,
    custom = false,
  }: pulumi.runtime.MockResourceArgs): pulumi.runtime.MockResourceResult {
    // The engine refuses the second of two; Pulumi's mocks would let it pass.
    if (this.registered.some((other) => other.type === type && other.name === name)) {
      throw this.#fail(`Duplicate resource: ${type} ${name}`);
    }
    const sent = inputs as Inputs;
    this.registered.push({ type, name, custom, inputs: sent });
    // Auto-named before a preview ends, hence known in both.
    const named = { name, bucket: name, ...sent, ...kept(type, sent) };
    if (this.#preview) return { id: undefined, state: named };
    return {
      id: `${name}-id`,
      state: {
        ...named,
        arn: `arn:aws:test:${region}:${accountId}:${name}`,
        ...computed[type]?.(name),
      },
    };
  }

  call({ token }: pulumi.runtime.MockCallArgs): pulumi.runtime.MockCallResult {
    const result = this.#functions[token];
    if (result === undefined) throw this.#fail(`No mock for the function ${token}`);
    return result;
  }

  #fail(message: string): Error {
    const failure = new Error(message);
    this.failure ??= failure;
    return failure;
  }
}

/** The options of a registration, which Pulumi does not tell the mocks. */
type Options = Pick<
  Registration,
  | "parent"
  | "protect"
  | "retainOnDelete"
  | "deleteBeforeReplace"
  | "dependsOn"
  | "ignoreChanges"
  | "customTimeouts"
  | "replacementTrigger"
>;

/** Collects options by a transformation of the stack, the one place that sees them. */
class OptionRecorder {
  readonly #names = new Map<unknown, string>();
  readonly #options = new Map<string, Options>();

  record({ resource, type, name, opts }: pulumi.ResourceTransformationArgs): void {
    this.#names.set(resource, name);
    const { parent, protect = false, dependsOn = [], ignoreChanges = [] } = opts;
    const { customTimeouts = {} } = opts;
    const { retainOnDelete = false, deleteBeforeReplace = false } =
      opts as pulumi.CustomResourceOptions;
    this.#options.set(`${type} ${name}`, {
      parent: this.#names.get(parent),
      protect,
      retainOnDelete,
      deleteBeforeReplace,
      dependsOn: [dependsOn].flat().map((dependency) => this.#names.get(dependency) ?? "unknown"),
      ignoreChanges,
      customTimeouts,
      replacementTrigger: opts.replacementTrigger as unknown,
    });
  }

  of(type: string, name: string): Options {
    const options = this.#options.get(`${type} ${name}`);
    if (options === undefined) throw new Error(`No options were recorded for ${type} ${name}`);
    return options;
  }
}

/*
 * Pulumi traces the stack of every promise and resource, for the engine and for messages about leaked promises, which
 * these mocks never send. It would be half of a deployment's time.
 */
Object.assign(pulumi.Resource, { stackTrace: () => [] });
Object.assign(createRequire(__filename)("@pulumi/pulumi/runtime/debuggable") as object, {
  debuggablePromise: <T>(promise: Promise<T>) => promise,
});

/**
 * Runs a program against mocks until every resource is registered.
 * Only synchronous errors reach the caller: Pulumi's mocks swallow those from inside apply.
 */
export async function deploy(
  program: () => unknown,
  { preview = false, config = {}, stack = "dev", functions: answers = {} }: DeployOptions = {},
): Promise<Deployment> {
  const mocks = new RecordingMocks(preview, answers);
  const options = new OptionRecorder();
  pulumi.runtime.setAllConfig({ "aws:region": region, ...config });
  await pulumi.runtime.setMocks(mocks, "streaming-pipeline", stack, preview);
  let outputs: Inputs | undefined;
  try {
    outputs = await pulumi.runtime.runInPulumiStack(() => {
      pulumi.runtime.registerStackTransformation((args) => {
        options.record(args);
        return undefined;
      });
      return Promise.resolve(program() as Record<string, unknown>);
    });
  } catch (error) {
    throw mocks.failure ?? error;
  } finally {
    await pulumi.runtime.disconnect();
  }
  if (mocks.failure !== undefined) throw mocks.failure;

  const resources = mocks.registered
    .filter(({ type }) => type !== "pulumi:pulumi:Stack")
    .map((registration) => ({
      ...registration,
      ...options.of(registration.type, registration.name),
    }));
  return new Deployment(resources, outputs ?? {});
}

/** The message with which a program refuses to be deployed. */
export async function refusal(program: () => unknown, options?: DeployOptions): Promise<string> {
  try {
    await deploy(program, options);
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
  throw new Error("The program was accepted");
}
