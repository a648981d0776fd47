import "../../producer/cli";
import { Socket } from "node:net";

/**
 * The producer as a child of the local stack. Its standard input is a pipe that closes when the stack ends, however
 * that happens; the producer then stops as after a signal: it drains and exits.
 */
process.stdin.resume().once("end", () => {
  process.kill(process.pid, "SIGTERM");
});
// Waiting for that end is no reason to stay alive when the replay is done.
if (process.stdin instanceof Socket) process.stdin.unref();
