/*
 * The runtime of a Lambda function on this machine: loads the handler and answers invocations that come over the
 * channel from the parent. It ends when the parent does. Arguments: the module and the name of its handler.
 */
import { createRequire } from "node:module";

const [, , file, name] = process.argv;

process.on("disconnect", () => process.exit());

const answer = (message) => process.send(message);
const failure = (error) => ({
  errorType: error?.name ?? "Error",
  errorMessage: error?.message ?? String(error),
  trace: error?.stack?.split("\n") ?? [],
});

let handler;
try {
  handler = createRequire(file)(file)[name];
  if (typeof handler !== "function") throw new Error(`${file} exports no function ${name}`);
  answer({});
} catch (error) {
  answer({ error: failure(error) });
}

process.on("message", async ({ payload, deadline, context }) => {
  try {
    const result = await handler(JSON.parse(payload), {
      ...context,
      getRemainingTimeInMillis: () => deadline - Date.now(),
    });
    // A handler that returns nothing answers null, as on AWS.
    answer({ result: JSON.stringify(result) ?? "null" });
  } catch (error) {
    console.error(error);
    answer({ error: failure(error) });
  }
});
