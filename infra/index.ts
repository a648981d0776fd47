import { program } from "./program";

// Not named one by one: what a stack does not have is no output of it, and not one that is undefined.
Object.assign(module.exports as object, program());
