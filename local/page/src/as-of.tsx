import { clock } from "../../status/figures";
import type { Part } from "../../status/pipeline-status";

/** When old figures were last known; nothing while they are of now. */
export function AsOf(props: {
  readonly part: Part<unknown>;
  /** The figures, where a card has other content. */
  readonly what?: string;
}) {
  const { part, what } = props;
  if (part.up || part.last === undefined) return null;
  return (
    <p class="note">
      {what === undefined ? "As" : `${what} as`} of {clock(part.last.at)}
    </p>
  );
}
