// Ends the policy pack's process when the engine that started it was killed: nothing else would.
const process = require("node:process");
const { setInterval } = require("node:timers");

const engine = process.ppid;
const timer = setInterval(() => {
  if (process.ppid !== engine) process.exit(1);
}, 1000);
timer.unref();
