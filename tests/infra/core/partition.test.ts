import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { consoleUrl, partitionNames, serviceHost } from "../../../infra/core/partition";
import { filesIn } from "../../../local/machine/project";
import { projectRoot } from "../../support/command";
import { deploy } from "../../support/mocks";

describe("Partitions", () => {
  it("have hosts, console and identity provider of their own", async () => {
    const regions = ["eu-west-1", "cn-north-1", "us-gov-west-1"];
    const { outputs } = await deploy(() =>
      Object.fromEntries(
        regions.flatMap((region) => [
          [`${region} service`, serviceHost("s3", region)],
          [`${region} console`, consoleUrl(region, "lambda")],
          [`${region} identities`, partitionNames(region).identityProvider],
        ]),
      ),
    );
    expect(outputs).to.deep.equal({
      "eu-west-1 service": "s3.eu-west-1.amazonaws.com",
      "eu-west-1 console": "https://eu-west-1.console.aws.amazon.com/lambda",
      "eu-west-1 identities": "cognito-identity.amazonaws.com",
      "cn-north-1 service": "s3.cn-north-1.amazonaws.com.cn",
      "cn-north-1 console": "https://cn-north-1.console.amazonaws.cn/lambda",
      "cn-north-1 identities": "cognito-identity.cn-north-1.amazonaws.com.cn",
      "us-gov-west-1 service": "s3.us-gov-west-1.amazonaws.com",
      "us-gov-west-1 console": "https://us-gov-west-1.console.amazonaws-us-gov.com/lambda",
      "us-gov-west-1 identities": "cognito-identity-us-gov.amazonaws.com",
    });
  });

  it("are told apart in one place: no other module writes what differs between them", () => {
    const literals =
      /arn:aws:|console\.aws|region\}\.amazonaws\.com|cognito-identity\.amazonaws\.com|"ec2\.\$/;
    const found = filesIn(path.join(projectRoot, "infra"))
      .filter((file) => /\.ts$/.test(file) && !/core.partition\.ts$/.test(file))
      .flatMap((file) =>
        readFileSync(file, "utf8")
          .split("\n")
          .filter((line) => !/^\s*(\*|\/\/|\/\*\*)/.test(line) && literals.test(line))
          .map((line) => `${path.relative(projectRoot, file)}: ${line.trim()}`),
      );
    expect(found.filter((line) => !line.includes("such as arn:aws:"))).to.be.empty;
  });
});
