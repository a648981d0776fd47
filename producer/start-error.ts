/** Why a replay was refused before it sent anything; the command ends with exit code 2. */
export class StartError extends Error {
  constructor(problems: readonly string[]) {
    super(["The replay cannot start:", ...problems.map((problem) => `- ${problem}`)].join("\n"));
    this.name = "StartError";
  }
}
