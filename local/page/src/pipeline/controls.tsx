import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { ActionsStatus } from "../../../status/pipeline-status";
import { count } from "../../../status/figures";
import { speed } from "../format";

const REFUSAL_MILLISECONDS = 15_000;

const SPEEDUPS = [1, 60, 600, 3600, 14_400, 43_200, 86_400] as const;

/** @param props.shards open shards of the stream; undefined while unknown */
export function Controls(props: {
  readonly actions: ActionsStatus;
  readonly shards: number | undefined;
}) {
  const { actions, shards } = props;
  const [told, setTold] = useState<{ readonly text: string; readonly failed: boolean }>();
  const [fault, setFault] = useState(actions.faults[0]?.name ?? "");
  const act = (text: string, action: string, body: object) => {
    setTold({ text, failed: false });
    void ask(action, body).then((problem) => {
      // Neither finished nor other actions are shown, and why one was refused holds for a while.
      const end = problem === undefined ? undefined : { text: problem, failed: true };
      setTold((now) => (now?.text === text ? end : now));
      if (end === undefined) return;
      window.setTimeout(() => {
        setTold((now) => (now === end ? undefined : now));
      }, REFUSAL_MILLISECONDS);
    });
  };
  const reshard = (wanted: number) => () => {
    act(`Resharding to ${wanted}`, "reshard", { shards: wanted });
  };
  const { paused, speedup, faults } = actions;
  const happening = faults.filter(({ active }) => active).map(({ name }) => name);
  const chosen = faults.find(({ name }) => name === fault);
  return (
    <section class="card controls" aria-label="Controls">
      <div class="control">
        <button
          type="button"
          class="button primary"
          onClick={() => {
            act(paused ? "Going on" : "Pausing", "pause", { paused: !paused });
          }}
        >
          {paused ? "Resume" : "Pause"}
        </button>
      </div>
      <Control label="Speed-up">
        <select
          aria-label="Speed-up"
          value={String(speedup)}
          onChange={(event) => {
            const wanted = Number(event.currentTarget.value);
            act(`Replaying ×${count(wanted)}`, "speedup", { speedup: wanted });
          }}
        >
          {[...new Set([...SPEEDUPS, speedup])]
            .sort((a, b) => a - b)
            .map((value) => (
              <option key={value} value={value}>
                ×{count(value)}, {speed(value)}
              </option>
            ))}
        </select>
      </Control>
      <Control label={shards === undefined ? "Shards" : `${shards} shards`}>
        <button
          type="button"
          class="button"
          disabled={shards === undefined || shards < 2}
          onClick={reshard(Math.ceil((shards ?? 0) / 2))}
        >
          Halve<span class="hidden"> the shards</span>
        </button>
        <button
          type="button"
          class="button"
          disabled={shards === undefined}
          onClick={reshard(2 * (shards ?? 0))}
        >
          Double<span class="hidden"> the shards</span>
        </button>
      </Control>
      {faults.length > 0 && (
        <Control label="Fault">
          <select
            aria-label="Fault"
            value={fault}
            onChange={(event) => {
              setFault(event.currentTarget.value);
            }}
          >
            {faults.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
          <button
            type="button"
            class="button danger"
            title={chosen?.description}
            disabled={chosen?.active === true}
            onClick={() => {
              act(`Injecting ${fault}: ${chosen?.description ?? ""}`, "fault", { name: fault });
            }}
          >
            Inject
          </button>
        </Control>
      )}
      <p class="told" role="status" data-failed={told?.failed === true}>
        {happening.length > 0 && <strong>Happening: {happening.join(", ")}. </strong>}
        {told?.text ?? (chosen && `${chosen.name}: ${chosen.description}`)}
      </p>
    </section>
  );
}

function Control(props: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    <div class="control">
      <span>{props.label}</span>
      {props.children}
    </div>
  );
}

/** Asks the server for an action. @returns what went wrong, in the server's words; undefined when it is done */
async function ask(action: string, body: object): Promise<string | undefined> {
  try {
    const response = await fetch(`actions/${action}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (response.ok) return undefined;
    return ((await response.json()) as { readonly message: string }).message;
  } catch {
    return "The pipeline does not answer";
  }
}
