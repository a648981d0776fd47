import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { allow } from "../../../infra/core/iam";
import type { ReplayHostArgs } from "../../../infra/replay/host";
import { ReplayHost } from "../../../infra/replay/host";
import { deploy, refusal } from "../../support/mocks";
import { actionsOf, document, statementFor } from "../policy-documents";

const instanceType = "aws:ec2/instance:Instance";
const objectType = "aws:s3/bucketObjectv2:BucketObjectv2";
const valid: ReplayHostArgs = {
  producerPath: path.join(__dirname, "../fixtures/producer.ts"),
  streamName: "events",
  statements: [allow(["kinesis:PutRecords"], ["arn:stream"])],
  instanceType: "t4g.small",
  codeBucketName: "code",
  codeBucketArn: "arn:aws:s3:::code",
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
  logRetentionDays: 7,
};

function host(changes: Partial<ReplayHostArgs> = {}) {
  return deploy(() => {
    new ReplayHost("replay", { ...valid, ...changes });
  });
}

describe("ReplayHost", () => {
  it("cannot be reached from outside", async () => {
    const deployment = await host({ securityGroupIds: ["sg-clients"] });
    expect(deployment.one(instanceType).inputs).to.deep.include({
      ami: "ami-0123456789abcdef0",
      instanceType: "t4g.small",
      subnetId: "subnet-a",
      associatePublicIpAddress: false,
      vpcSecurityGroupIds: ["replay-id", "sg-clients"],
    });
    expect(deployment.one(instanceType).inputs).not.to.have.property("keyName");
    expect(
      deployment.ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"),
    ).to.deep.equal([]);
  });

  it("gives its credentials only to those who ask with a token", async () => {
    expect((await host()).one(instanceType).inputs["metadataOptions"]).to.deep.equal({
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
    });
  });

  it("encrypts its volume unless told otherwise", async () => {
    const volume = { volumeType: "gp3", volumeSize: 20 };
    expect((await host()).one(instanceType).inputs["rootBlockDevice"]).to.deep.equal({
      ...volume,
      encrypted: true,
    });
    expect(
      (await host({ kmsKeyArn: "arn:key" })).one(instanceType).inputs["rootBlockDevice"],
    ).to.deep.equal({ ...volume, encrypted: true, kmsKeyId: "arn:key" });
    expect(
      (await host({ kmsKeyArn: "arn:key", encryptAtRest: false })).one(instanceType).inputs[
        "rootBlockDevice"
      ],
    ).to.deep.equal({ ...volume, encrypted: false });
  });

  it("is replaced with AWS's key where it had another, which would be deleted under it", async () => {
    const deployment = await host({ kmsKeyArn: "arn:key" });
    expect(deployment.one(instanceType).replacementTrigger).to.equal("customer");
    expect((await host()).one(instanceType).replacementTrigger).to.equal("AWS");
  });

  it("may talk to Session Manager, load the producer and do what it was given", async () => {
    const deployment = await host();
    const { policy } = deployment.one("aws:iam/rolePolicy:RolePolicy").inputs;
    expect(actionsOf(policy)).to.have.members([
      "ssm:UpdateInstanceInformation",
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
      "cloudwatch:PutMetricData",
      "logs:CreateLogStream",
      "logs:DescribeLogStreams",
      "logs:PutLogEvents",
      "s3:GetObject",
      "kinesis:PutRecords",
    ]);
    const { key } = deployment.one(objectType).inputs;
    expect(statementFor(policy, "s3:GetObject").Resource).to.deep.equal([
      `arn:aws:s3:::code/${String(key)}`,
    ]);
    expect(deployment.one(instanceType).dependsOn).to.deep.equal(["replay-role", "replay-role"]);
  });

  it("installs exactly the producer that the program made, at its first boot", async () => {
    const deployment = await host();
    const { userData, userDataReplaceOnChange } = deployment.one(instanceType).inputs;
    const key = String(deployment.one(objectType).inputs["key"]);
    const hash = /^producer\/([0-9a-f]{64})\.js$/.exec(key)?.[1];
    expect(userDataReplaceOnChange).to.equal(true);
    expect(userData).to.contain(`'s3://code/${key}'`);
    expect(userData).to.contain(
      `echo '${String(hash)}  /opt/replay/replay.js' | sha256sum --check`,
    );
    expect(userData).to.contain("--stream 'events' --region 'us-east-1' --max-disorder 60");
  });

  const start = { input: "s3://trips/2019-03/", speedup: 60 };

  it("boots with a script that bash can read", async () => {
    for (const changes of [{}, { start }]) {
      const { userData } = (await host(changes)).one(instanceType).inputs;
      execFileSync("bash", ["-n"], { input: String(userData) });
    }
  });

  it("keeps its image: a newer one would begin the replay anew", async () => {
    expect((await host({ start })).one(instanceType).ignoreChanges).to.deep.equal(["ami"]);
  });

  it("tries its downloads again while there is no way out yet, and not for ever", async () => {
    const { userData } = (await host()).one(instanceType).inputs;
    const script = String(userData);
    expect(script)
      .to.match(/^eventually dnf install /m)
      .and.match(/^eventually aws s3 cp /m);
    const [eventually = ""] = /^eventually\(\) \{.*?^\}/ms.exec(script) ?? [];
    const run = (succeedsAt: number): string =>
      execFileSync("bash", [
        "-c",
        `
        set -euo pipefail
        sleep() { :; }
        tries=0
        download() { tries=$((tries + 1)); [ $tries -ge ${succeedsAt} ]; }
        ${eventually}
        (eventually download && echo "installed at $tries") || echo "failed"`,
      ]).toString();
    expect(run(3)).to.equal("installed at 3\n");
    expect(run(1000)).to.equal("failed\n");
  });

  it("starts nothing by itself unless it is told what", async () => {
    const { userData } = (await host()).one(instanceType).inputs;
    expect(userData).not.to.contain("replay.service");
  });

  it("starts a replay at its first boot, of objects that it may read, as the job expects it", async () => {
    const deployment = await host({ start, maxDisorderSeconds: 1800 });
    const { userData } = deployment.one(instanceType).inputs;
    expect(userData).to.contain(
      "/usr/local/bin/replay --input s3://trips/2019-03/ --speedup 60 --resume",
    );
    expect(userData).to.contain("systemctl enable --now replay.service");
    expect(userData).to.contain("--max-disorder 1800");
    const { policy } = deployment.one("aws:iam/rolePolicy:RolePolicy").inputs;
    expect(document(policy).Statement).to.deep.include({
      Effect: "Allow",
      Action: ["s3:ListBucket"],
      Resource: ["arn:aws:s3:::trips"],
      Condition: { StringLike: { "s3:prefix": "2019-03/*" } },
    });
    expect(document(policy).Statement.map(({ Resource }) => Resource)).to.deep.include([
      "arn:aws:s3:::trips/2019-03/*",
    ]);
  });

  it("keeps the position of its replay in the code bucket, one object for each stream and input", async () => {
    const deployment = await host({ start, kmsKeyArn: "arn:key" });
    const { policy } = deployment.one("aws:iam/rolePolicy:RolePolicy").inputs;
    const { Statement } = document(policy);
    expect(statementFor(policy, "s3:PutObject")).to.deep.include({
      Action: ["s3:GetObject", "s3:PutObject"],
      Resource: ["arn:aws:s3:::code/replay/events/trips%2F2019-03%2F/position"],
    });
    expect(Statement).to.deep.include({
      Effect: "Allow",
      Action: ["s3:ListBucket"],
      Resource: ["arn:aws:s3:::code"],
      Condition: { StringEquals: { "s3:prefix": "replay/events/trips%2F2019-03%2F/" } },
    });
    expect(statementFor(policy, "kms:GenerateDataKey").Resource).to.deep.equal(["arn:key"]);
  });

  it("has sent its last event before the next host takes its place", async () => {
    expect((await host({ start })).one(instanceType).deleteBeforeReplace).to.equal(true);
  });

  it("copies the position from the bucket to a new host, and to the bucket each minute and at its end", async () => {
    const { userData } = (await host({ start })).one(instanceType).inputs;
    const [, unit = ""] = /<<'UNIT'\n(.*?)\nUNIT/s.exec(String(userData)) ?? [];
    expect(unit)
      .to.match(/^ExecStartPre=\/opt\/replay\/position fetch$/m)
      .and.match(/^ExecStart=\/bin\/bash -c '\/opt\/replay\/position keep & exec .*'$/m)
      .and.match(/^ExecStopPost=\/opt\/replay\/position store$/m);

    const folder = mkdtempSync(path.join(tmpdir(), "replay-position-"));
    const local = path.join(folder, "position");
    const kept = path.join(folder, "bucket/code/replay/events/trips%2F2019-03%2F/position");
    const install = (name: string, script: string) => {
      writeFileSync(path.join(folder, name), `#!/bin/bash\n${script}`, { mode: 0o755 });
    };
    // Copies below a folder in place of S3, where a recursive copy finds nothing to copy without an error.
    install(
      "aws",
      `[ "$1 $2 $3 $AWS_REGION" = "s3 cp --only-show-errors us-east-1" ] && [ ! -e ${folder}/outage ] || exit 1
       shift 3
       if [ "$1" = --recursive ]; then
         from="${folder}/bucket/\${2#s3://}"
         [ ! -d "$from" ] || cp "$from"* "$3"
       else cp "$1" "${folder}/bucket/\${2#s3://}"; fi`,
    );
    install("sleep", `[ "$1" = 60 ] && mkdir ${folder}/slept`);
    const [, script = ""] =
      /<<'SCRIPT'\n([^\n]*\n[^\n]*\ncopy\(\).*?)\nSCRIPT/s.exec(String(userData)) ?? [];
    install("copy", script.replaceAll("/var/lib/replay", folder));
    const run = (what: string) =>
      execFileSync(path.join(folder, "copy"), [what], {
        env: { PATH: `${folder}:/usr/bin:/bin` },
        stdio: "pipe",
      });

    run("fetch");
    run("store");
    expect(existsSync(local)).to.equal(false);
    mkdirSync(path.dirname(kept), { recursive: true });
    writeFileSync(kept, "1");
    writeFileSync(path.join(folder, "outage"), "");
    expect(() => run("fetch")).to.throw();
    rmSync(path.join(folder, "outage"));
    run("fetch");
    expect(readFileSync(local, "utf8")).to.equal("1");
    writeFileSync(local, "2");
    run("fetch");
    expect(readFileSync(local, "utf8")).to.equal("2");
    run("store");
    expect(readFileSync(kept, "utf8")).to.equal("2");
    writeFileSync(local, "3");
    // The second sleep fails here and ends the loop.
    run("keep");
    expect(readFileSync(kept, "utf8")).to.equal("3");
    rmSync(folder, { recursive: true });
  });

  it("reads the inputs of replays on demand, and no others", async () => {
    const inputs = ["s3://trips/2020/", "s3://trades/"];
    const { policy } = (await host({ readableInputs: inputs })).one(
      "aws:iam/rolePolicy:RolePolicy",
    ).inputs;
    const resources = document(policy).Statement.map(({ Resource }) => Resource);
    expect(resources).to.deep.include(["arn:aws:s3:::trips/2020/*"]);
    expect(resources).to.deep.include(["arn:aws:s3:::trades/*"]);
    expect(actionsOf(policy)).not.to.include("s3:PutObject");
    expect(
      await refusal(
        () => new ReplayHost("replay", { ...valid, readableInputs: ["trips.csv", "trips.csv"] }),
      ),
    )
      .to.contain("readableInputs must be 0 to 10 values that differ from each other")
      .and.to.contain(
        'readableInputs must be objects in S3, such as s3://bucket/trips/2019-03/; got "trips.csv"',
      );
  });

  it("sends its log to a group that is kept for as long as was asked", async () => {
    const deployment = await host({ kmsKeyArn: "arn:key" });
    expect(deployment.one("aws:cloudwatch/logGroup:LogGroup").inputs).to.include({
      retentionInDays: 7,
      kmsKeyId: "arn:key",
    });
    const { userData } = deployment.one(instanceType).inputs;
    const [, settings = ""] = /<<'SETTINGS'\n(.*?)\nSETTINGS/s.exec(String(userData)) ?? [];
    expect(JSON.parse(settings)).to.have.nested.property(
      "logs.logs_collected.files.collect_list[0].log_group_name",
      "replay-logs",
    );
  });

  it("is reached by SSH from one network, at an address that stays, where that is asked for", async () => {
    const ssh = {
      publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ someone",
      clientCidr: "198.51.100.0/24",
      subnetId: "subnet-x",
    };
    const deployment = await host({ ssh });
    expect(deployment.one(instanceType).inputs).to.include({
      subnetId: "subnet-x",
      keyName: "replay",
      // What AWS reports of it afterwards: another value would replace the host after a refresh.
      associatePublicIpAddress: true,
    });
    expect(
      deployment.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs,
    ).to.include({ cidrIpv4: "198.51.100.0/24", fromPort: 22, toPort: 22 });
    expect(deployment.one("aws:ec2/eipAssociation:EipAssociation").inputs).to.include({
      instanceId: "replay-id",
    });
  });

  it("lists everything that is wrong", async () => {
    const message = await refusal(
      () =>
        new ReplayHost("replay", {
          ...valid,
          maxDisorderSeconds: -1,
          start: { input: "s3://trips/$(reboot)", speedup: 0.5 },
          ssh: { publicKey: "secret", clientCidr: "0.0.0.0/0", subnetId: "subnet-x" },
          logRetentionDays: 8,
        }),
    );
    expect(message.split("\n- ").filter((line) => /^(max|start|ssh)/.test(line))).to.deep.equal([
      "maxDisorderSeconds must be an integer from 0 to 86400; got -1",
      'start.input must be objects in S3, such as s3://bucket/trips/2019-03/; got "s3://trips/$(reboot)"',
      "start.speedup must be an integer from 0 to 1000000; got 0.5",
      'ssh.publicKey must be an ED25519 or RSA key, such as ssh-ed25519 AAAA… name; got "secret"',
      'ssh.clientCidr must be an IPv4 network in CIDR notation with a prefix of 16 to 32 bits, such as 10.0.0.0/16; got "0.0.0.0/0"',
    ]);
    expect(message).to.contain("- logRetentionDays must be one of 1, 3,");
  });

  it("tells where to log in", async () => {
    const { outputs } = await deploy(() => {
      const { instanceId, sessionManagerUrl } = new ReplayHost("replay", valid);
      return { instanceId, sessionManagerUrl };
    });
    expect(outputs).to.deep.equal({
      instanceId: "replay-id",
      sessionManagerUrl:
        "https://us-east-1.console.aws.amazon.com/systems-manager/session-manager/replay-id?region=us-east-1",
    });
  });

  for (const refused of ["t3.small", "t4g", "m5.large", ""]) {
    it(`refuses the instance type "${refused}", for which its image is not made`, async () => {
      expect(
        await refusal(() => new ReplayHost("replay", { ...valid, instanceType: refused })),
      ).to.contain(`instanceType must be an EC2 instance type with a Graviton processor`);
    });
  }
});
