import { appendFile, mkdir } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { ValidateFunction } from "ajv";
import Draft04 from "ajv-draft-04";
import addFormats from "ajv-formats";
import { render } from "velocityjs";
import { isByProgram, type LoopbackServer, serve } from "../../machine/loopback-server";
import type { DataPlane, DataPlanes, DeclaredResource, Outputs } from "../../provider/data-plane";
import { mappingContext } from "./mapping-context";
import { tokenBucket } from "./token-bucket";

export interface RestApiPlaneOptions {
  readonly port: number;
  /** Address of the Kinesis API; starts it where it does not run. */
  readonly kinesis: () => Promise<string>;
  /** File that takes a line for each request that is refused. */
  readonly logFile: string;
  /** Milliseconds of a clock that never goes back. @default performance.now */
  readonly now?: () => number;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

const kinds = (
  "apiKey:ApiKey integration:Integration integrationResponse:IntegrationResponse method:Method " +
  "methodSettings:MethodSettings model:Model requestValidator:RequestValidator resource:Resource " +
  "stage:Stage usagePlan:UsagePlan usagePlanKey:UsagePlanKey"
)
  .split(" ")
  .map((kind) => `aws:apigateway/${kind}`);

const stageType = "aws:apigateway/stage:Stage";

/** Bytes of a request: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const LARGEST_BODY = 10 * 1024 * 1024;

/** The Kinesis server takes any signature of this form. */
const signed = {
  authorization:
    "AWS4-HMAC-SHA256 Credential=local/20260101/local/kinesis/aws4_request, SignedHeaders=host, Signature=0",
  "x-amz-date": "20260101T000000Z",
};

/**
 * REST APIs whose methods call Kinesis, on this machine: authorization, throttle, quota, validation and mapping as the
 * program declares them. A signature must be there and is not verified; web ACL, resource policy and TLS have no effect,
 * and quotas count from the start of the process. An API with other integrations keeps its address of AWS.
 */
export class RestApiPlane implements DataPlane {
  readonly #options: RestApiPlaneOptions;
  readonly #resources = new Map<string, DeclaredResource>();
  /** What requests have used up, by the URN of what limits them. */
  readonly #buckets = new Map<string, () => boolean>();
  readonly #quotas = new Map<string, { readonly day: string; left: number }>();
  readonly #models = new Map<string, ValidateFunction>();
  readonly #draft4 = addFormats(new Draft04({ strict: false, logger: false }));
  #server: Promise<LoopbackServer> | undefined;

  constructor(options: RestApiPlaneOptions) {
    this.#options = options;
  }

  get dataPlanes(): DataPlanes {
    return Object.fromEntries(kinds.map((kind) => [kind, this]));
  }

  async create(resource: DeclaredResource): Promise<Outputs> {
    const { urn, type, inputs } = resource;
    this.#resources.set(urn, resource);
    this.#buckets.delete(urn);
    this.#quotas.delete(urn);
    const isServed =
      type === stageType &&
      this.#all("integration:Integration").some(
        (one) => one.inputs["restApi"] === inputs["restApi"] && actionOf(one) !== undefined,
      );
    return isServed ? this.#serve(resource) : {};
  }

  async read(resource: DeclaredResource): Promise<Outputs> {
    const outputs = await this.create(resource);
    // A stage may be read before its integrations.
    const wasServed = String(resource.outputs["invokeUrl"]).startsWith("http:");
    return wasServed && resource.type === stageType ? this.#serve(resource) : outputs;
  }

  delete({ urn }: DeclaredResource): Promise<void> {
    this.#resources.delete(urn);
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    const server = await this.#server?.catch(() => undefined);
    this.#server = undefined;
    await server?.close();
  }

  async #serve({ inputs }: DeclaredResource): Promise<Outputs> {
    await mkdir(path.dirname(this.#options.logFile), { recursive: true });
    this.#server ??= serve(this.#options.port, (request, response) => {
      void this.#answer(request)
        .catch((error: unknown) => this.#refuse(500, "Internal server error", String(error)))
        .then(({ status, body }) =>
          response.writeHead(status, { "content-type": "application/json" }).end(body),
        );
    });
    const { url } = await this.#server;
    return { invokeUrl: `${url}${String(inputs["restApi"])}/${String(inputs["stageName"])}` };
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const { headers, method: httpMethod = "", url = "" } = request;
    if (!isByProgram(request)) {
      return this.#refuse(403, "Forbidden", "web pages and other host names are refused");
    }
    const [, restApi = "", stageName = "", resourcePath = ""] =
      /^\/(\w+)\/(\w+)(\/\w+)$/.exec(url) ?? [];
    const stage = this.#find("stage:Stage", { restApi, stageName });
    const resource = this.#all("resource:Resource").find(
      ({ inputs, outputs }) => inputs["restApi"] === restApi && outputs["path"] === resourcePath,
    );
    const place = { restApi, resourceId: resource?.id, httpMethod };
    const method = this.#find("method:Method", place);
    const integration = this.#find("integration:Integration", place);
    if (stage === undefined || method === undefined || integration === undefined) {
      return this.#refuse(403, "Missing Authentication Token", `${httpMethod} ${url} is no method`);
    }
    const isSigned = /^AWS4-HMAC-SHA256 Credential=/.test(headers.authorization ?? "");
    if (method.inputs["authorization"] === "AWS_IAM" && !isSigned) {
      return this.#refuse(403, "Missing Authentication Token", "the request is not signed");
    }
    const plan = this.#planOf(stage, headers["x-api-key"]);
    if (method.inputs["apiKeyRequired"] === true && plan === undefined) {
      const reason = "x-api-key is not the key of a usage plan of the stage";
      return this.#refuse(403, "Forbidden", reason);
    }
    const settings = this.#find("methodSettings:MethodSettings", { restApi, stageName });
    const { throttlingRateLimit, throttlingBurstLimit } = numbersIn(settings, "settings");
    const { rateLimit, burstLimit } = numbersIn(plan, "throttleSettings");
    const limited =
      this.#throttling(settings, throttlingRateLimit, throttlingBurstLimit) ??
      this.#throttling(plan, rateLimit, burstLimit);
    if (limited !== undefined) {
      return this.#refuse(429, "Too Many Requests", `${limited.name} throttles`);
    }
    if (plan !== undefined && !this.#count(plan)) {
      return this.#refuse(429, "Limit Exceeded", `the quota of ${plan.name} is used up`);
    }

    const type = (headers["content-type"] ?? "application/json").replace(/\s*;.*/, "");
    const template = textsIn(integration, "requestTemplates")[type];
    if (template === undefined) return this.#refuse(415, "Unsupported Media Type", type);
    const missing = Object.entries(
      (method.inputs["requestParameters"] ?? {}) as Readonly<Record<string, boolean>>,
    )
      .filter(([, isRequired]) => isRequired)
      .map(([parameter]) => parameter.replace("method.request.header.", ""))
      .filter((name) => !headers[name.toLowerCase()]);
    if (missing.length > 0) {
      const message = `Missing required request parameters: [${missing.join(", ")}]`;
      return this.#refuse(400, message, message);
    }
    if (Number(headers["content-length"] ?? LARGEST_BODY + 1) > LARGEST_BODY) {
      return this.#refuse(413, "Request Too Long", "no content-length, or more than 10 MiB");
    }
    const body = await text(request);
    const invalid = this.#problemOf(method, type, body);
    if (invalid !== undefined) return this.#refuse(400, "Invalid request body", invalid);
    return this.#put(integration, place, render(template, mappingContext(body, headers)));
  }

  /** Sends a mapped request to Kinesis and maps what it answers. */
  async #put(integration: DeclaredResource, place: object, body: string): Promise<Answer> {
    const action = actionOf(integration);
    if (action === undefined) {
      const reason = `${integration.name} does not call Kinesis`;
      return this.#refuse(500, "Internal server error", reason);
    }
    const answer = await fetch(await this.#options.kinesis(), {
      method: "POST",
      headers: {
        ...signed,
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `Kinesis_20131202.${action}`,
      },
      body,
    });
    const content = await answer.text();
    const responses = this.#all("integrationResponse:IntegrationResponse").filter((one) =>
      isAt(one, place),
    );
    const response =
      responses.find(({ inputs: { selectionPattern } }) =>
        new RegExp(`^(${String(selectionPattern)})$`).test(String(answer.status)),
      ) ?? responses.find(({ inputs }) => !("selectionPattern" in inputs));
    if (response === undefined) {
      return this.#refuse(500, "Internal server error", `no integration response: ${content}`);
    }
    const template = textsIn(response, "responseTemplates")["application/json"];
    const status = Number(response.inputs["statusCode"]);
    if (template === undefined) return { status, body: content };
    const context = mappingContext(content, {});
    const mapped = render(template, context).trim();
    await this.#log(`${answer.status} of Kinesis: ${content}`);
    return { status: context.context.responseOverride.status ?? status, body: mapped };
  }

  /** Reason why a body does not conform to the model of a method; undefined where it does. */
  #problemOf(method: DeclaredResource, type: string, body: string): string | undefined {
    const { restApi, requestValidatorId } = method.inputs;
    const validator = this.#all("requestValidator:RequestValidator").find(
      ({ id }) => id === requestValidatorId,
    );
    const model = this.#find("model:Model", {
      restApi,
      name: textsIn(method, "requestModels")[type],
    });
    if (validator?.inputs["validateRequestBody"] !== true || model === undefined) return undefined;
    const schema = String(model.inputs["schema"]);
    const conforms = this.#models.get(schema) ?? this.#draft4.compile(JSON.parse(schema) as object);
    this.#models.set(schema, conforms);
    try {
      return conforms(JSON.parse(body)) ? undefined : this.#draft4.errorsText(conforms.errors);
    } catch (error) {
      return String(error);
    }
  }

  /** The usage plan of a stage by one of its keys. */
  #planOf(stage: DeclaredResource, value: unknown): DeclaredResource | undefined {
    const key = this.#all("apiKey:ApiKey").find(({ outputs }) => outputs["value"] === value);
    const { restApi, stageName } = stage.inputs;
    return this.#all("usagePlan:UsagePlan").find((plan) => {
      const stages = (plan.inputs["apiStages"] ?? []) as readonly Record<string, unknown>[];
      return (
        this.#find("usagePlanKey:UsagePlanKey", { keyId: key?.id, usagePlanId: plan.id }) &&
        stages.some(({ apiId, stage: name }) => apiId === restApi && name === stageName)
      );
    });
  }

  /** Takes a token of what limits requests. @returns that, where it has none left */
  #throttling(limited: DeclaredResource | undefined, perSecond = -1, burst = perSecond) {
    // Both services read -1 as no limit of its own.
    if (limited === undefined || perSecond < 0) return undefined;
    const { now = () => performance.now() } = this.#options;
    const bucket = this.#buckets.get(limited.urn) ?? tokenBucket(perSecond, burst, now);
    this.#buckets.set(limited.urn, bucket);
    return bucket() ? undefined : limited;
  }

  #count(plan: DeclaredResource): boolean {
    const { limit = Infinity } = numbersIn(plan, "quotaSettings");
    const day = new Date().toISOString().slice(0, 10);
    const known = this.#quotas.get(plan.urn);
    const quota = known?.day === day ? known : { day, left: limit };
    this.#quotas.set(plan.urn, quota);
    return quota.left-- > 0;
  }

  #all(kind: string): DeclaredResource[] {
    return [...this.#resources.values()].filter(({ type }) => type === `aws:apigateway/${kind}`);
  }

  #find(kind: string, inputs: object): DeclaredResource | undefined {
    return this.#all(kind).find((resource) => isAt(resource, inputs));
  }

  async #refuse(status: number, message: string, reason: string): Promise<Answer> {
    await this.#log(`${status} ${message}: ${reason}`);
    return { status, body: JSON.stringify({ message }) };
  }

  async #log(line: string): Promise<void> {
    await appendFile(this.#options.logFile, `${new Date().toISOString()} ${line}\n`);
  }
}

function textsIn({ inputs }: DeclaredResource, block: string): Readonly<Record<string, string>> {
  return (inputs[block] ?? {}) as Readonly<Record<string, string>>;
}

function numbersIn(resource: DeclaredResource | undefined, block: string) {
  return (resource?.inputs[block] ?? {}) as Readonly<Partial<Record<string, number>>>;
}

function isAt({ inputs }: DeclaredResource, wanted: object): boolean {
  return Object.entries(wanted).every(([name, value]) => inputs[name] === value);
}

/** The action of Kinesis that an integration calls, such as PutRecord. */
function actionOf({ inputs }: DeclaredResource): string | undefined {
  const [, action] = /:kinesis:action\/(\w+)$/.exec(String(inputs["uri"])) ?? [];
  return inputs["type"] === "AWS" ? action : undefined;
}
