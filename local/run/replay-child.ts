import "../../producer/cli";
import { Socket } from "node:net";

/** Producer as a child of the local stack: at the end of its standard input it drains and exits, as after a signal. */
process.stdin.resume().once("end", () => {
  process.kill(process.pid, "SIGTERM");
});
// Waiting for that end is no reason to stay alive when the replay is done.
if (process.stdin instanceof Socket) process.stdin.unref();
