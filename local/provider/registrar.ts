import { credentials } from "@grpc/grpc-js";
import { runtime } from "@pulumi/pulumi";
import type { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as wire from "@pulumi/pulumi/proto/resource_pb";
import { promisify } from "node:util";
import { toStruct, UNKNOWN, type Values } from "./values";

/** A resource that was registered with the engine; as an input it stands for its id. */
export class Registered {
  readonly urn: string;
  /** Empty in a plan of a new resource. */
  readonly id: string;

  constructor(urn: string, id: string) {
    this.urn = urn;
    this.id = id;
  }

  /** The id, or the sign for one that is not known yet. */
  get knownId(): string {
    return this.id || UNKNOWN;
  }

  /** What programs receive for it: the engine hands them the resource itself. */
  get reference(): Values {
    return {
      [runtime.specialSigKey]: runtime.specialResourceSig,
      urn: this.urn,
      id: this.id,
    };
  }
}

/**
 * Registers the children of one component with the engine that asked for the component.
 *
 * It speaks the engine's protocol instead of creating resource objects: those would be children of
 * the program's own run, which goes on in this very process.
 */
export class Registrar {
  readonly #monitor: ResourceMonitorClient;
  readonly #request: ConstructRequest;
  readonly #version: string;

  /** @param version - of the package `aws`, so that children share the program's provider. */
  constructor(request: ConstructRequest, version: string) {
    this.#request = request;
    this.#version = version;
    this.#monitor = new ResourceMonitorClient(
      request.getMonitorendpoint(),
      credentials.createInsecure(),
    );
  }

  close(): void {
    this.#monitor.close();
  }

  async component(inputs: Values): Promise<Registered> {
    const request = this.#request;
    const message = this.#message(request.getType(), request.getName(), request.getParent())
      .setObject(toStruct(inputs))
      .setDependenciesList(request.getDependenciesList())
      .setAliasesList(request.getAliasesList());
    return this.#register(message);
  }

  async resource(
    type: string,
    name: string,
    { parent, inputs }: { readonly parent: Registered; readonly inputs: Values },
  ): Promise<Registered> {
    const message = this.#message(type, name, parent.urn).setCustom(true).setVersion(this.#version);
    const values: Record<string, unknown> = {};
    const dependencies = new Set<string>();
    for (const [property, input] of Object.entries(inputs)) {
      values[property] = input instanceof Registered ? input.knownId : input;
      if (!(input instanceof Registered)) continue;
      dependencies.add(input.urn);
      message
        .getPropertydependenciesMap()
        .set(
          property,
          new wire.RegisterResourceRequest.PropertyDependencies().setUrnsList([input.urn]),
        );
    }
    const provider = this.#request.getProvidersMap().get("aws");
    if (provider !== undefined) message.setProvider(provider);
    return this.#register(
      message.setObject(toStruct(values)).setDependenciesList([...dependencies]),
    );
  }

  async outputs(component: Registered, outputs: Values): Promise<void> {
    const message = new wire.RegisterResourceOutputsRequest()
      .setUrn(component.urn)
      .setOutputs(toStruct(outputs));
    await promisify((done: (error: Error | null) => void) =>
      this.#monitor.registerResourceOutputs(message, done),
    )();
  }

  #message(type: string, name: string, parent: string): wire.RegisterResourceRequest {
    const message = new wire.RegisterResourceRequest()
      .setType(type)
      .setName(name)
      .setParent(parent)
      .setAcceptsecrets(true)
      .setAcceptresources(true)
      .setSupportspartialvalues(true);
    if (this.#request.hasProtect()) message.setProtect(this.#request.getProtect() === true);
    if (this.#request.hasRetainondelete()) {
      message.setRetainondelete(this.#request.getRetainondelete() === true);
    }
    return message;
  }

  async #register(message: wire.RegisterResourceRequest): Promise<Registered> {
    const response = await promisify<wire.RegisterResourceResponse>((done) =>
      this.#monitor.registerResource(message, done),
    )();
    return new Registered(response.getUrn(), response.getId());
  }
}
