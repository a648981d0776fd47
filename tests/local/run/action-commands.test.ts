import { expect } from "chai";
import { actionCommands } from "../../../local/run/action-commands";

describe("the commands of `npm run local`", () => {
  it("do what the page does, and each has JSON", () => {
    const commands = actionCommands();
    expect(commands.map((command) => command.name())).to.deep.equal([
      "pause",
      "resume",
      "speed",
      "reshard",
      "fault",
      "stop",
      "open",
    ]);
    for (const { options } of commands)
      expect(options.map(({ long }) => long)).to.deep.equal(["--json"]);
  });
});
