import path from "node:path";

/** Root of the project on this machine. */
export const projectFolder = path.resolve(__dirname, "..", "..");

/** Where tools that were built or fetched once are kept; git ignores it. */
export const toolsFolder = path.join(projectFolder, ".tools");
