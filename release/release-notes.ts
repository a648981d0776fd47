import { readFileSync } from "node:fs";
import path from "node:path";

/*
 * Prints the changelog's section of a version and exits with 1 when a package or the changelog has another:
 * `tsx release/release-notes.ts 1.2.3`. The release workflow runs it for a tag.
 */

const root = path.resolve(__dirname, "..");

/**
 * Section of a version in a changelog of the form of Keep a Changelog, without its heading.
 *
 * @param versions - of the packages, by name.
 * @throws Error if the changelog has no such section or a package has another version.
 */
export function releaseNotes(
  version: string,
  changelog: string,
  versions: Readonly<Record<string, string>>,
): string {
  const section = changelog.split(/^## /m).find((text) => text.startsWith(`[${version}]`));
  const problems = Object.entries(versions)
    .filter(([, own]) => own !== version)
    .map(([name, own]) => `The version of ${name} must be ${version}, as the tag; got ${own}.`);
  if (section === undefined) problems.push(`CHANGELOG.md must have a section ## [${version}].`);
  if (section === undefined || problems.length > 0) throw new Error(problems.join("\n"));
  return section.slice(section.indexOf("\n")).trim();
}

function versionIn(folder: string): string {
  const manifest = readFileSync(path.join(root, folder, "package.json"), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

if (require.main === module) {
  const changelog = readFileSync(path.join(root, "CHANGELOG.md"), "utf8");
  const versions = {
    "the project": versionIn("."),
    policies: versionIn("policies"),
    "the component provider": versionIn("infra/plugin"),
  };
  try {
    console.log(releaseNotes(process.argv[2] ?? "", changelog, versions));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
