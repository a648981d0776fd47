import { check } from "./check";
import type { DataPlanes, DeclaredResource } from "./data-plane";
import { diff, type Difference } from "./diff";
import { callFunction } from "./functions";
import { factsOf } from "./facts";
import type { Problem } from "./input-problems";
import { isAutoName, logicalName, nameRule } from "./names";
import {
  createdOutputs,
  plannedOutputs,
  updatedOutputs,
  withUnknownComputed,
  type Place,
} from "./outputs";
import { reveal, toPlain, UNKNOWN, type Values } from "./values";

/** The account that everything is said to belong to; Kinesis servers on a laptop use the same. */
export const LOCAL_ACCOUNT = "000000000000";

export interface AwsProviderArgs {
  /** Folder that relative paths of assets start from: the project's. */
  readonly root: string;
  /** What really runs on this machine; types without a data plane are recorded only. */
  readonly dataPlanes?: DataPlanes | undefined;
}

/** A resource in the engine's state. */
export interface RecordedResource {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  readonly inputs: Values;
  readonly outputs: Values;
}

/**
 * The package `aws` without AWS: checks, plans and records resources as the real provider does, and
 * hands those that have a data plane to it. It answers only the engine run that it was opened for.
 */
export class AwsProvider {
  readonly #root: string;
  readonly #dataPlanes: DataPlanes;
  #urnPrefix: string | undefined;
  #signal: AbortSignal | undefined;
  #region: string | undefined;
  #defaultTags: Readonly<Record<string, string>> = {};
  /** Names of resources that are to be replaced, which their successors must not bear. */
  readonly #retired = new Map<string, string>();
  /** URNs of what this run has planned or made, by type and ARN. */
  readonly #owners = new Map<string, string>();
  /** Ids of resources that this run has compared, by URN: creating one of them again replaces it. */
  readonly #ids = new Map<string, string>();

  constructor({ root, dataPlanes = {} }: AwsProviderArgs) {
    this.#root = root;
    this.#dataPlanes = dataPlanes;
  }

  /**
   * Serves one run of the engine over one stack, until {@link close}.
   *
   * @param signal - an abort ends what a data plane is doing for the run.
   */
  open(project: string, stack: string, signal?: AbortSignal): void {
    this.#urnPrefix = `urn:pulumi:${stack}::${project}::`;
    this.#signal = signal;
    this.#retired.clear();
    this.#ids.clear();
    this.#owners.clear();
  }

  close(): void {
    this.#urnPrefix = undefined;
  }

  /**
   * @throws when the request does not come from the run that the provider was opened for: an engine
   *   pointed here from elsewhere may be about to deploy for real.
   */
  admit(urn?: string): void {
    if (this.#urnPrefix === undefined || urn?.startsWith(this.#urnPrefix) === false) {
      throw new Error(
        "The local AWS provider plans and records on this machine only and serves nothing but its own " +
          "engine run; it is never used for a deployment to AWS. Unset PULUMI_DEBUG_PROVIDERS to deploy.",
      );
    }
  }

  /** @throws when no region is configured. */
  configure(config: Values): void {
    this.admit();
    const { region, defaultTags } = reveal(config) as Values;
    if (typeof region !== "string" || region === "") {
      throw new Error(
        "aws:region is not configured; set it in the stack's file, such as us-east-1.",
      );
    }
    this.#region = region;
    // Structured configuration arrives as an object or as its JSON text.
    const { tags = {} } = (
      typeof defaultTags === "string" ? JSON.parse(defaultTags || "{}") : (defaultTags ?? {})
    ) as { readonly tags?: Readonly<Record<string, string>> };
    this.#defaultTags = tags;
  }

  check(
    urn: string,
    type: string,
    olds: Values | undefined,
    news: Values,
    proposedName?: string | null,
  ): { inputs: Values; problems: readonly Problem[] } {
    this.admit(urn);
    const previous = olds && Object.keys(olds).length > 0 ? olds : undefined;
    const name = previous?.[nameRule(type).property];
    if (isAutoName(name)) this.#retired.set(urn, String(name));
    return check(news, {
      urn,
      type,
      previous,
      // The engine checks a replacement as something new, right after the resource that it replaces.
      retired: previous ? undefined : this.#retired.get(urn),
      proposedName,
      defaultTags: this.#defaultTags,
    });
  }

  diff(
    { urn, type, id }: Pick<RecordedResource, "urn" | "type" | "id">,
    olds: Values,
    news: Values,
  ): Difference {
    this.admit(urn);
    this.#ids.set(urn, id);
    return diff(type, olds, news);
  }

  async create(
    urn: string,
    type: string,
    { inputs, preview }: { readonly inputs: Values; readonly preview: boolean },
  ): Promise<{ id: string; outputs: Values }> {
    this.admit(urn);
    const deployed = { urn, type, inputs, replaced: this.#ids.get(urn) };
    if (preview) {
      const { id = "", outputs } = plannedOutputs(deployed, this.#place);
      this.#claim(urn, type, outputs);
      const hidesComputed = process.env["LOCAL_PROVIDER_UNKNOWN_COMPUTED"];
      return { id, outputs: hidesComputed ? withUnknownComputed(outputs, factsOf(type)) : outputs };
    }
    const { id, outputs } = createdOutputs(deployed, this.#place);
    this.#claim(urn, type, outputs);
    const resource = this.#declared({ urn, type, id, inputs, outputs });
    const made = await this.#unlessAborted(this.#dataPlanes[type]?.create(resource));
    return { id, outputs: { ...outputs, ...made } };
  }

  async update(
    previous: RecordedResource,
    { inputs, preview }: { readonly inputs: Values; readonly preview: boolean },
  ): Promise<Values> {
    const { urn, type, id } = previous;
    this.admit(urn);
    const outputs = updatedOutputs({ urn, type, inputs }, previous, this.#place);
    if (preview) return outputs;
    const resource = this.#declared({ urn, type, id, inputs, outputs });
    const plane = this.#dataPlanes[type];
    const made = await this.#unlessAborted(
      plane?.update ? plane.update(resource, this.#declared(previous)) : plane?.create(resource),
    );
    return { ...outputs, ...made };
  }

  /** @returns undefined when the resource is gone. */
  async read(resource: RecordedResource): Promise<Values | undefined> {
    this.admit(resource.urn);
    const dataPlane = this.#dataPlanes[resource.type];
    if (dataPlane === undefined) return resource.outputs;
    const found = await this.#unlessAborted(dataPlane.read(this.#declared(resource)));
    return found && { ...resource.outputs, ...found };
  }

  async delete(resource: RecordedResource): Promise<void> {
    this.admit(resource.urn);
    const dataPlane = this.#dataPlanes[resource.type];
    await this.#unlessAborted(dataPlane?.delete(this.#declared(resource)));
  }

  invoke(token: string, args: Values): Values {
    this.admit();
    return callFunction(token, reveal(args) as Values, this.#place);
  }

  /** @throws when another resource of the run has the same ARN, hence the same name: AWS refuses or overwrites one. */
  #claim(urn: string, type: string, outputs: Values): void {
    const arn = outputs["arn"] ?? outputs["dashboardArn"] ?? outputs["policyName"];
    // Several versions of a secret share its ARN.
    if (typeof arn !== "string" || arn === UNKNOWN || type.endsWith(":SecretVersion")) return;
    const owner = this.#owners.get(`${type} ${arn}`) ?? urn;
    this.#owners.set(`${type} ${arn}`, owner);
    if (owner === urn) return;
    throw new Error(
      `${logicalName(urn)} must have a name of its own; ${logicalName(owner)} is ${arn} as well. ` +
        "Rename one of them.",
    );
  }

  get #place(): Place {
    if (this.#region === undefined) throw new Error("The local AWS provider is not configured.");
    return { account: LOCAL_ACCOUNT, region: this.#region };
  }

  async #unlessAborted<T>(work: Promise<T> | undefined): Promise<T | undefined> {
    const signal = this.#signal;
    if (work === undefined || signal === undefined) return work;
    signal.throwIfAborted();
    return new Promise<T>((resolve, reject) => {
      const abort = (): void => {
        reject(new Error("The run was aborted."));
      };
      signal.addEventListener("abort", abort, { once: true });
      work.then(resolve, reject).finally(() => {
        signal.removeEventListener("abort", abort);
      });
    });
  }

  #declared({ urn, type, id, inputs, outputs }: RecordedResource): DeclaredResource {
    return {
      urn,
      type,
      id,
      name: logicalName(urn),
      inputs: toPlain(inputs, this.#root),
      outputs: toPlain(outputs, this.#root),
    };
  }
}
