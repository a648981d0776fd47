// Starts the pack of a checkout for the engine, whose own compiler would check its types each time; CI checks them.
require("tsx/cjs");
require("./index.ts");
