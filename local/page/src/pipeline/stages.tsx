import { Fragment } from "preact";
import { clock } from "../../../status/figures";
import type { Level, Stage } from "../../../status/pipeline-status";

/** States differ in more than colour. */
const SYMBOLS: Readonly<Record<Level, string>> = {
  ok: "●",
  idle: "◐",
  warning: "▲",
  problem: "✕",
  unknown: "○",
};
const WORDS: Readonly<Record<Level, string>> = {
  ok: "as it should be",
  idle: "nothing to do",
  warning: "needs attention",
  problem: "does not work",
  unknown: "not known yet",
};

export function Stages({ stages }: { readonly stages: readonly Stage[] }) {
  return (
    <ol class="stages" aria-label="Stations of a record">
      {stages.map(({ name, title, level, state, figure, lines, waiting, asOf }, place) => (
        <Fragment key={name}>
          <li class="card stage" data-stage={name} data-level={level}>
            <h2>
              <i aria-hidden="true">{SYMBOLS[level]}</i>
              <span class="hidden">{WORDS[level]}: </span> {title}
              {state !== "" && ` · ${state}`}
            </h2>
            <div data-old={asOf !== undefined}>
              <p class="figure">{figure}</p>
              {lines.map((line) => (
                <p class="note" key={line}>
                  {line}
                </p>
              ))}
            </div>
            {asOf !== undefined && <p class="note">as of {clock(asOf)}</p>}
          </li>
          {place < stages.length - 1 && (
            <li class="between" data-level={stages[place + 1]?.level}>
              <span class="hidden">waiting after {title}: </span>
              {waiting.map((line) => (
                <small key={line}>{line}</small>
              ))}
            </li>
          )}
        </Fragment>
      ))}
    </ol>
  );
}
