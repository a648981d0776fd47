import type { JSX } from "preact";
import { clock } from "../../status/figures";
import type { Part } from "../../status/pipeline-status";

/** When old figures were last known; nothing while they are of now. */
export function AsOf(props: {
  readonly part: Part<unknown> | undefined;
  /** The figures, where a card has other content. */
  readonly what?: string;
}): JSX.Element | null {
  const { part, what } = props;
  if (part === undefined || part.up || part.last === undefined) return null;
  return (
    <p class="note">
      {what === undefined ? "As" : `${what} as`} of {clock(part.last.at)}
    </p>
  );
}
