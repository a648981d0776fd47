import { expect } from "chai";
import { FlinkRest } from "../../../../local/services/flink/flink-rest";
import { type Answer, httpServer } from "../http-server";
import { rejection } from "../rejection";

describe("The client of Flink's REST API", () => {
  let answers: Record<string, Answer[]> = {};
  const { requests, address } = httpServer(({ method, path: where }) => {
    const queue = answers[`${method} ${where}`] ?? [];
    // The last answer stays.
    const answer = queue.length > 1 ? queue.shift() : queue[0];
    return answer ?? { status: 404, body: { errors: [`Not found: ${where}`] } };
  });
  const rest = (): FlinkRest => new FlinkRest(`http://${address()}`);
  const overview = (state: string, running: number): Answer => ({
    body: { jobs: [{ jid: "j1", name: "taxi", state, tasks: { running, total: 2 } }] },
  });

  beforeEach(() => {
    answers = {};
  });

  it("gives the innermost reason when the job does not begin", async () => {
    const trace = [
      "org.apache.flink.client.program.ProgramInvocationException: The main method caused an error",
      "\tat org.apache.flink.Client.run(Client.java:1)",
      "Caused by: java.lang.IllegalArgumentException: The properties are wrong:",
      "- source.region is missing",
      "\tat streaming.Settings.read(Settings.java:1)",
    ].join("\n");
    answers = {
      "GET /jobs/overview": [{ status: 500, body: { errors: ["Internal error", trace] } }],
    };
    expect((await rejection(rest().jobs())).message).to.equal(
      "Flink answers GET /jobs/overview with 500: java.lang.IllegalArgumentException: The properties are wrong:\n- source.region is missing",
    );
  });

  it("waits until every task of a job runs", async () => {
    answers = {
      "GET /jobs/overview": [
        overview("CREATED", 0),
        overview("RUNNING", 1),
        overview("RUNNING", 2),
      ],
    };
    await rest().running("j1", 30);
    expect(requests).to.have.length(3);
  });

  it("gives the job's own reason when it has failed instead", async () => {
    answers = {
      "GET /jobs/overview": [overview("RUNNING", 1), overview("FAILED", 0)],
      "GET /jobs/j1/exceptions": [
        { body: { exceptionHistory: { entries: [{ stacktrace: "no such stream" }] } } },
      ],
    };
    expect((await rejection(rest().running("j1", 30))).message).to.equal(
      "The job is FAILED. no such stream",
    );
  });

  it("does not wait for a job that never runs", async () => {
    answers = {
      "GET /jobs/overview": [overview("RESTARTING", 1)],
      "GET /jobs/j1/exceptions": [{ body: { exceptionHistory: { entries: [] } } }],
    };
    expect((await rejection(rest().running("j1", 0))).message).to.equal(
      "The job is not running after 0 s. It has not failed.",
    );
  });

  it("stops a job with a savepoint and says where that is", async () => {
    answers = {
      "POST /jobs/j1/stop": [{ body: { "request-id": "r" } }],
      "GET /jobs/j1/savepoints/r": [
        { body: { status: { id: "IN_PROGRESS" } } },
        { body: { status: { id: "COMPLETED" }, operation: { location: "file:/savepoints/1" } } },
      ],
    };
    expect(await rest().stopWithSavepoint("j1")).to.equal("file:/savepoints/1");
  });

  it("says why there is no savepoint", async () => {
    answers = {
      "POST /jobs/j1/stop": [{ body: { "request-id": "r" } }],
      "GET /jobs/j1/savepoints/r": [
        {
          body: {
            status: { id: "COMPLETED" },
            operation: { "failure-cause": { "stack-trace": "the job restarts" } },
          },
        },
      ],
    };
    expect((await rejection(rest().stopWithSavepoint("j1"))).message).to.equal(
      "No savepoint: the job restarts",
    );
  });

  it("knows the slots that have joined, and that nobody answers yet", async () => {
    answers = { "GET /overview": [{ body: { "slots-total": 4 } }] };
    expect(await rest().slots()).to.equal(4);
    expect(await new FlinkRest("http://127.0.0.1:1").slots()).to.equal(undefined);
  });
});
