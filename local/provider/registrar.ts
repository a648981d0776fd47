import { credentials } from "@grpc/grpc-js";
import { runtime } from "@pulumi/pulumi";
import type { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as wire from "@pulumi/pulumi/proto/resource_pb";
import { promisify } from "node:util";
import { mapValues, toStruct, UNKNOWN, type Values } from "./values";

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
 *
 * @param version - of the package `aws`, so that children share the program's provider.
 */
export function registrar(request: ConstructRequest, version: string) {
  const monitor = new ResourceMonitorClient(
    request.getMonitorendpoint(),
    credentials.createInsecure(),
  );
  const provider = request.getProvidersMap().get("aws") ?? "";

  const messageOf = (type: string, name: string, parent: string) => {
    const message = new wire.RegisterResourceRequest()
      .setType(type)
      .setName(name)
      .setParent(parent)
      .setAcceptsecrets(true)
      .setAcceptresources(true)
      .setSupportspartialvalues(true);
    const [protect, retain] = [request.getProtect(), request.getRetainondelete()];
    if (request.hasProtect()) message.setProtect(protect === true);
    if (request.hasRetainondelete()) message.setRetainondelete(retain === true);
    return message;
  };
  const register = async (message: wire.RegisterResourceRequest): Promise<Registered> => {
    const response = await promisify<wire.RegisterResourceResponse>((done) =>
      monitor.registerResource(message, done),
    )();
    return new Registered(response.getUrn(), response.getId());
  };

  return {
    close(): void {
      monitor.close();
    },
    component: (inputs: Values): Promise<Registered> =>
      register(
        messageOf(request.getType(), request.getName(), request.getParent())
          .setObject(toStruct(inputs))
          .setDependenciesList(request.getDependenciesList())
          .setAliasesList(request.getAliasesList()),
      ),
    resource(type: string, name: string, parent: Registered, inputs: Values): Promise<Registered> {
      const message = messageOf(type, name, parent.urn).setCustom(true).setVersion(version);
      const values = mapValues(inputs, (input, property) => {
        if (!(input instanceof Registered)) return input;
        const { PropertyDependencies } = wire.RegisterResourceRequest;
        const dependencies = new PropertyDependencies().setUrnsList([input.urn]);
        message.getPropertydependenciesMap().set(property, dependencies);
        message.addDependencies(input.urn);
        return input.knownId;
      });
      return register(message.setProvider(provider).setObject(toStruct(values)));
    },
    async outputs(component: Registered, outputs: Values): Promise<void> {
      const message = new wire.RegisterResourceOutputsRequest()
        .setUrn(component.urn)
        .setOutputs(toStruct(outputs));
      await promisify((done: (error: Error | null) => void) =>
        monitor.registerResourceOutputs(message, done),
      )();
    },
  };
}
