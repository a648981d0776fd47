import { status, type handleUnaryCall, type UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Message } from "google-protobuf";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import * as wire from "@pulumi/pulumi/proto/provider_pb";
import type { Change } from "./diff";
import type { AwsProvider, RecordedResource } from "./provider";
import { fromStruct, toStruct } from "./values";

/** Answers a call with what a function returns, and with its error's message when it throws. */
export function unary<Request extends Message, Response extends Message>(
  answer: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return ({ request }, callback) => {
    Promise.resolve()
      .then(() => answer(request))
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          const details = error instanceof Error ? error.message : String(error);
          callback({ code: status.UNKNOWN, details });
        },
      );
  };
}

/** What every provider answers alike; gRPC itself answers that a method is not implemented. */
export function commonHandlers(version: string): UntypedServiceImplementation {
  return {
    attach: unary(() => new Empty()),
    getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(version)),
    getSchema: unary(() => new wire.GetSchemaResponse().setSchema("{}")),
    checkConfig: unary((request: wire.CheckRequest) =>
      new wire.CheckResponse().setInputs(request.getNews()),
    ),
    cancel: unary(() => new Empty()),
  };
}

/** The engine's protocol on one side, the provider on the other. */
export function awsService(
  provider: AwsProvider,
  { version, notify }: { readonly version: string; readonly notify: (engine: string) => void },
): UntypedServiceImplementation {
  return {
    ...commonHandlers(version),
    handshake: unary((request: wire.ProviderHandshakeRequest) => {
      provider.admit();
      notify(request.getEngineAddress());
      // Without resources and outputs: the engine sends ids in place of the one, values for the other.
      return new wire.ProviderHandshakeResponse()
        .setAcceptSecrets(true)
        .setSupportsAutonamingConfiguration(true);
    }),
    configure: unary((request: wire.ConfigureRequest) => {
      provider.configure(fromStruct(request.getArgs()));
      return new wire.ConfigureResponse()
        .setAcceptsecrets(true)
        .setSupportspreview(true)
        .setSupportsAutonamingConfiguration(true);
    }),
    check: unary((request: wire.CheckRequest) => {
      const { inputs, problems } = provider.check(
        request.getUrn(),
        request.getType(),
        request.hasOlds() ? fromStruct(request.getOlds()) : undefined,
        fromStruct(request.getNews()),
        proposedName(request.getAutonaming()),
      );
      const failures = problems.map(({ property, reason }) =>
        new wire.CheckFailure().setProperty(property).setReason(`${property} ${reason}`),
      );
      return new wire.CheckResponse().setInputs(toStruct(inputs)).setFailuresList(failures);
    }),
    diff: unary((request: wire.DiffRequest) => {
      const { changes, deleteBeforeReplace } = provider.diff(
        { urn: request.getUrn(), type: request.getType(), id: request.getId() },
        fromStruct(request.getOldInputs()),
        fromStruct(request.getNews()),
      );
      return diffResponse(changes).setDeletebeforereplace(deleteBeforeReplace);
    }),
    create: unary(async (request: wire.CreateRequest) => {
      const { id, outputs } = await provider.create(request.getUrn(), request.getType(), {
        inputs: fromStruct(request.getProperties()),
        preview: request.getPreview(),
      });
      return new wire.CreateResponse().setId(id).setProperties(toStruct(outputs));
    }),
    update: unary(async (request: wire.UpdateRequest) => {
      const outputs = await provider.update(
        recorded(request, request.getOldInputs(), request.getOlds()),
        {
          inputs: fromStruct(request.getNews()),
          preview: request.getPreview(),
        },
      );
      return new wire.UpdateResponse().setProperties(toStruct(outputs));
    }),
    read: unary(async (request: wire.ReadRequest) => {
      if (!request.hasInputs()) {
        throw new Error(
          `${request.getType()} ${request.getId()}: the local AWS provider cannot import.`,
        );
      }
      const resource = recorded(request, request.getInputs(), request.getProperties());
      const outputs = await provider.read(resource);
      if (outputs === undefined) return new wire.ReadResponse();
      return new wire.ReadResponse()
        .setId(resource.id)
        .setInputs(request.getInputs())
        .setProperties(toStruct(outputs));
    }),
    delete: unary(async (request: wire.DeleteRequest) => {
      await provider.delete(recorded(request, request.getOldInputs(), request.getProperties()));
      return new Empty();
    }),
    invoke: unary((request: wire.InvokeRequest) => {
      const result = provider.invoke(request.getTok(), fromStruct(request.getArgs()));
      return new wire.InvokeResponse().setReturn(toStruct(result));
    }),
  };
}

function proposedName(
  options: wire.CheckRequest.AutonamingOptions | undefined,
): string | null | undefined {
  const { DISABLE } = wire.CheckRequest.AutonamingOptions.Mode;
  return options?.getMode() === DISABLE ? null : options?.getProposedName();
}

function recorded(
  request: wire.UpdateRequest | wire.ReadRequest | wire.DeleteRequest,
  inputs: Struct | undefined,
  outputs: Struct | undefined,
): RecordedResource {
  return {
    urn: request.getUrn(),
    type: request.getType(),
    id: request.getId(),
    inputs: fromStruct(inputs),
    outputs: fromStruct(outputs),
  };
}

function diffResponse(changes: Readonly<Record<string, Change>>): wire.DiffResponse {
  const entries = Object.entries(changes);
  const response = new wire.DiffResponse().setHasdetaileddiff(true);
  const { DIFF_SOME, DIFF_NONE } = wire.DiffResponse.DiffChanges;
  response.setChanges(entries.length > 0 ? DIFF_SOME : DIFF_NONE);
  for (const [path, { kind, replaces }] of entries) {
    const sort = wire.PropertyDiff.Kind[`${kind}${replaces ? "_REPLACE" : ""}`];
    const change = new wire.PropertyDiff().setInputdiff(true).setKind(sort);
    response.getDetaileddiffMap().set(path, change);
  }
  const replacing = entries.filter(([, { replaces }]) => replaces).map(([path]) => path);
  response.setReplacesList(replacing);
  response.setDiffsList([...new Set(entries.map(([path]) => path.split(/[.[]/)[0] ?? path))]);
  return response;
}
