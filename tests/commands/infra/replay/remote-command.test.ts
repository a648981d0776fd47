import { expect } from "chai";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { RunningCommand } from "../../../support/command";

const instanceId = "i-0123456789abcdef0";
const reachable = {
  replayInstanceId: instanceId,
  sessionManagerUrl: `https://eu-west-1.console.aws.amazon.com/systems-manager/session-manager/${instanceId}?region=eu-west-1`,
};

/** Runs the command of the session as the host would until it ends; an interruption is for the command alone. */
const fakeAws = `
const args = process.argv.slice(2);
require("node:fs").writeFileSync(process.env.SESSION_FILE, JSON.stringify(args));
process.on("SIGINT", () => undefined);
console.log("\\nStarting session with SessionId: someone-0a");
const [command] = JSON.parse(args[args.indexOf("--parameters") + 1]).command;
const script = command.replace("/usr/local/bin/replay", process.env.REPLAY);
require("node:child_process")
  .spawn("/bin/bash", ["--posix", "-c", script], { stdio: ["inherit", "inherit", "ignore"] })
  .on("close", () => console.log("\\nExiting session with sessionId: someone-0a."));`;

describe("npm run replay-remote", () => {
  let folder: string;
  let running: RunningCommand | undefined;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "replay-remote-"));
    install("aws", fakeAws);
    install("session-manager-plugin", "");
    install("replay", "console.log(JSON.stringify(process.argv.slice(2)));");
    outputs(reachable);
  });

  afterEach(async () => {
    running?.child.kill();
    await running?.finished;
    rmSync(folder, { recursive: true, force: true });
  });

  function install(name: string, script: string): void {
    const file = path.join(folder, name);
    writeFileSync(file, `#!${process.execPath}\n${script}`, { mode: 0o755 });
  }

  function outputs(values: Readonly<Record<string, string>>): void {
    install("pulumi", `console.log(${JSON.stringify(JSON.stringify(values))});`);
  }

  function start(...args: string[]): RunningCommand {
    running = new RunningCommand("infra/replay/remote-cli.ts", args, {
      PATH: `${folder}:/usr/bin:/bin`,
      HOME: folder,
      SESSION_FILE: path.join(folder, "session"),
      REPLAY: path.join(folder, "replay"),
      AWS_PROFILE: undefined,
    });
    return running;
  }

  it("starts the replay on the host and passes every argument on as it is", async () => {
    const options = ["--input", "s3://trips/2019 03/", "--speedup", "60", "--json"];
    const unsafe = ["--key-field", "it's $(touch broken); `id` \"&|", "--at", ""];
    const { code, stdout } = await start("dev", ...options, "--profile", "operators", ...unsafe)
      .finished;
    expect({ code, stdout }).to.deep.equal({
      code: 0,
      stdout: `${JSON.stringify([...options, ...unsafe])}\n`,
    });
    const session = JSON.parse(readFileSync(path.join(folder, "session"), "utf8")) as string[];
    expect(session.slice(0, 8).join(" ")).to.equal(
      `ssm start-session --region eu-west-1 --target ${instanceId} --document-name AWS-StartInteractiveCommand`,
    );
    expect(session.slice(-2)).to.deep.equal(["--profile", "operators"]);
  });

  it("shows the progress, and interrupts the replay once per Ctrl-C, which ends it in order", async () => {
    install(
      "replay",
      `let interruptions = 0;
      process.on("SIGINT", () => {
        interruptions += 1;
        console.error("Stopping");
        setTimeout(() => {
          console.log("sent what was due, interrupted " + interruptions + " times");
          process.exit(0);
        }, 300);
      });
      setInterval(() => console.log("progress"), 20);`,
    );
    const command = start("dev");
    await command.says(/progress/);
    // As the terminal and npm do.
    command.child.kill("SIGINT");
    command.child.kill("SIGTERM");
    const { code, stdout } = await command.finished;
    expect(code).to.equal(0);
    expect(stdout).to.match(/Stopping\n(progress\n)*sent what was due, interrupted 1 times\n$/);
  });

  it("ends with the exit code of the replay", async () => {
    install("replay", 'console.error("3 records were given up"); process.exitCode = 7;');
    const { code, stdout } = await start("dev").finished;
    expect({ code, stdout }).to.deep.equal({ code: 7, stdout: "3 records were given up\n" });
  });

  it("ends with exit code 1 when the session ends before the replay", async () => {
    install("aws", 'process.stdout.write("\\nStarting session\\n\\u0002progress\\n");');
    const { code, stdout, stderr } = await start("dev").finished;
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: "progress\n" });
    expect(stderr).to.equal("The session ended before the replay.\n");
  });

  const refusals = [
    {
      what: "commands that are not installed",
      prepare: () => {
        rmSync(path.join(folder, "pulumi"));
        rmSync(path.join(folder, "session-manager-plugin"));
      },
      says: /- pulumi is not installed\. .*https:.*\n- session-manager-plugin is not installed\. .*\.html\n$/,
    },
    {
      what: "a stack without a replay host",
      prepare: () => {
        outputs({});
      },
      says: /dev must have the outputs replayInstanceId and sessionManagerUrl\. Deploy it: pulumi up/,
    },
    {
      what: "a stack that does not exist",
      prepare: () => {
        install("pulumi", 'console.error("error: no stack named dev"); process.exit(255);');
      },
      says: /outputs of dev cannot be read: .*no stack named dev/s,
    },
    {
      what: "a session that does not start",
      prepare: () => {
        install("aws", 'console.error("TargetNotConnected"); process.exit(254);');
      },
      says: /TargetNotConnected/,
    },
    {
      what: "options before the stack",
      prepare: () => undefined,
      args: ["--speedup", "60", "dev"],
      says: /The stack must be before the options of the replay; got --speedup\. Run npm run/,
    },
  ];
  for (const { what, prepare, args = ["dev", "--speedup", "60"], says } of refusals) {
    it(`ends with exit code 2 on ${what}`, async () => {
      prepare();
      const { code, stderr } = await start(...args).finished;
      expect({ code, stderr }).to.deep.include({ code: 2 });
      expect(stderr).to.match(says);
      expect(existsSync(path.join(folder, "session"))).to.equal(false);
    });
  }
});
