import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { install } from "../../../local/machine/installation";
import { propertiesArgument } from "../../../local/services/flink/flink-configuration";
import { propertiesFile } from "../../../local/services/flink/flink-settings";
import { java, needsServices, newFolder, removeFolder } from "./support";

describe("The cluster's KinesisAnalyticsRuntime", () => {
  const folder = newFolder();
  let classPath: string;

  const file = (name: string, content: string): string => {
    const target = path.join(folder, name);
    writeFileSync(target, content);
    return target;
  };
  /** What a program reads that was started with these options: its own groups, then those of each file. */
  const read = (options: readonly string[], files: readonly string[]): string[] => {
    const program = path.join(__dirname, "PrintProperties.java");
    const args = [...options, "-cp", classPath, program, ...files];
    return execFileSync(java("java"), args, { encoding: "utf8" }).trim().split("\n");
  };

  before(async function () {
    await needsServices(this, "flinkRuntime");
    classPath = path.join(await install("flinkRuntime", () => undefined), "lib", "*");
  });
  after(() => {
    removeFolder(folder);
  });

  it("reads the groups that the application is declared with, and those of a file", () => {
    const groups = [{ propertyGroupId: "Input", propertyMap: { "stream.name": "views" } }];
    const declared = file("declared.json", propertiesFile(groups));
    const none = file("none.json", propertiesFile([]));
    expect(read([propertiesArgument(declared)], [none])).to.deep.equal([
      "{Input={stream.name=views}}",
      "{}",
    ]);
  });

  it("names the file that is missing or malformed", () => {
    const files = [
      "",
      "not json",
      "{}",
      "[1]",
      "[null]",
      '[{"PropertyGroupId": "job"}]',
      '[{"PropertyGroupId": null, "PropertyMap": {}}]',
      '[{"PropertyGroupId": "job", "PropertyMap": null}]',
      '[{"PropertyGroupId": "job", "PropertyMap": {"key": null}}]',
      '[{"PropertyGroupId": "job", "PropertyMap": {"key": {}}}]',
    ].map((content, index) => file(`${index}.json`, content));
    files.push(path.join(folder, "missing.json"));
    const [own = "", ...others] = read([], files);
    expect(own).to.equal(
      "IOException: The system property local.application.properties is not set",
    );
    expect(others).to.have.length(files.length);
    for (const [index, line] of others.entries()) {
      expect(line).to.include(`IOException: Cannot read the property groups in ${files[index]}: `);
    }
  });
});
