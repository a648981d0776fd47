/** Why a command was refused before it sent or read anything; the command ends with exit code 2. */
export class StartError extends Error {
  readonly problems: readonly string[];

  /** @param what - cannot start */
  constructor(problems: readonly string[], what = "replay") {
    super([`The ${what} cannot start:`, ...problems.map((problem) => `- ${problem}`)].join("\n"));
    this.name = "StartError";
    this.problems = problems;
  }
}
