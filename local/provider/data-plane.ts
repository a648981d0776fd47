/**
 * A resource as the program declared it, in plain JSON: secrets are unwrapped, assets and archives
 * stand as the path of a file and the hash of its content (see {@link DeclaredAsset}). The provider has checked the
 * inputs: they have the types of @pulumi/aws.
 */
export interface DeclaredResource {
  readonly urn: string;
  /** Type token, such as `aws:kinesis/stream:Stream`. */
  readonly type: string;
  /** Logical name in the program; the physical name is among the inputs. */
  readonly name: string;
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The inputs together with what AWS would compute: ARN, endpoint, version and the like. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** An error that lists what of a resource cannot be carried out here. */
export function refused({ type, name }: DeclaredResource, problems: readonly string[]): Error {
  const lines = problems.map((problem) => `\n- ${problem}`);
  return new Error(`${type} "${name}" cannot run on this machine:${lines.join("")}`);
}

/** An asset among the inputs of a {@link DeclaredResource}. */
export interface DeclaredAsset {
  /** Absolute path of a file, or of a folder when an archive was made from one. */
  readonly path?: string;
  /** Content of a string asset. */
  readonly text?: string;
  /** Where a remote asset lies. */
  readonly uri?: string;
  /** Entries of an archive put together in the program, by their path inside it. */
  readonly entries?: Readonly<Record<string, DeclaredAsset>>;
  /** SHA-256 of the content, in hexadecimal, as the engine computed it. */
  readonly hash?: string;
}

export type Outputs = Readonly<Record<string, unknown>>;

/**
 * The real thing behind a resource type on this machine: a stream, a search node, a job.
 *
 * What `create`, `update` and `read` return is laid over the outputs that AWS would compute, so that
 * the rest of the program is wired to what runs here. A rejected promise fails the resource in the
 * engine's plan with the error's message.
 */
export interface DataPlane {
  create(resource: DeclaredResource): Promise<Outputs>;
  /** @default as `create` */
  update?(resource: DeclaredResource, previous: DeclaredResource): Promise<Outputs>;
  /**
   * Brings a resource that an earlier run recorded back to life on `refresh`.
   *
   * @returns `undefined` when it is gone; the engine then creates it again on the next `up`.
   */
  read(resource: DeclaredResource): Promise<Outputs | undefined>;
  delete(resource: DeclaredResource): Promise<void>;
}

/** Data planes by resource type token; types without one are recorded only. */
export type DataPlanes = Readonly<Record<string, DataPlane>>;
