import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import * as wire from "@pulumi/pulumi/proto/provider_pb";
import { Registrar } from "./registrar";
import { commonHandlers, unary } from "./service";
import { toStruct } from "./values";
import { constructVpc } from "./vpc";
import { VPC_TYPE } from "./vpc-plan";

/** The package `awsx` of this machine: the one component `awsx.ec2.Vpc`, made of aws resources. */
export function awsxService({
  version,
  awsVersion,
  admit,
}: {
  readonly version: string;
  readonly awsVersion: string;
  /** Throws when the asking engine is none of ours. */
  readonly admit: () => void;
}): UntypedServiceImplementation {
  return {
    ...commonHandlers(version),
    handshake: unary(() => {
      admit();
      return new wire.ProviderHandshakeResponse().setAcceptSecrets(true);
    }),
    configure: unary(() => new wire.ConfigureResponse().setAcceptsecrets(true)),
    construct: unary(async (request: wire.ConstructRequest) => {
      admit();
      if (request.getType() !== VPC_TYPE) {
        throw new Error(
          `${request.getType()} is not known to the local awsx provider, which has only ${VPC_TYPE}: ` +
            `add it to local/provider/vpc.ts or declare its resources with @pulumi/aws.`,
        );
      }
      const registrar = new Registrar(request, awsVersion);
      try {
        const { urn, outputs } = await constructVpc(registrar, request);
        const response = new wire.ConstructResponse()
          .setUrn(urn)
          .setState(toStruct(outputs.values));
        for (const [name, urns] of Object.entries(outputs.dependencies)) {
          const dependencies = new wire.ConstructResponse.PropertyDependencies();
          response.getStatedependenciesMap().set(name, dependencies.setUrnsList([...urns]));
        }
        return response;
      } finally {
        registrar.close();
      }
    }),
  };
}
