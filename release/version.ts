/** A released version in a changelog of the form of Keep a Changelog. */
const heading = /^## \[(\d+\.\d+\.\d+(?:-[\w.]+)?)\]/m;

/**
 * The version of what is packed: the newest that the changelog has released.
 * @param unreleased - version while the package has no release.
 */
export function versionOf(changelog: string, unreleased: string): string {
  return heading.exec(changelog)?.[1] ?? unreleased;
}
