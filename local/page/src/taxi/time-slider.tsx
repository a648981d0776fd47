import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { WindowList } from "../../../status/result-status";
import { newYorkDay, newYorkTime } from "../format";
import { placeOf, startAt, timelinePath } from "../charts/timeline";

const STEP_MILLISECONDS = 350;

interface TimeSliderProps {
  readonly windows: WindowList;
  /** Start of the window that is shown, in epoch seconds; undefined follows the newest. */
  readonly start: number | undefined;
  readonly onChange: (start: number | undefined) => void;
}

export function TimeSlider({ windows, start, onChange }: TimeSliderProps) {
  const [playing, setPlaying] = useState(false);
  const place = placeOf(windows, start);
  const path = useMemo(() => timelinePath(windows), [windows]);

  const step = () => {
    const next = startAt(windows, place + 1);
    onChange(next);
    if (next === undefined) setPlaying(false);
  };
  // The film goes on at its own pace, however often the page is drawn meanwhile.
  const latest = useRef(step);
  latest.current = step;
  useEffect(() => {
    if (!playing) return;
    const timer = window.setInterval(() => {
      latest.current();
    }, STEP_MILLISECONDS);
    return () => {
      window.clearInterval(timer);
    };
  }, [playing]);

  if (windows.length < 2) return null;
  const at = windows[place]?.[0] ?? 0;
  const instant = new Date(at * 1000).toISOString();
  const text = `${newYorkDay(instant)}, ${newYorkTime(instant)}`;
  return (
    <div class="slider" role="group" aria-label="Past windows">
      <button
        type="button"
        class="button"
        onClick={() => {
          if (!playing && start === undefined) onChange(startAt(windows, 0));
          setPlaying(!playing);
        }}
      >
        {playing ? "Stop" : "Play"}
      </button>
      <div class="track">
        <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
          <path d={path} />
        </svg>
        <input
          type="range"
          min={0}
          max={windows.length - 1}
          step={1}
          value={place}
          aria-label="Start of the window"
          aria-valuetext={start === undefined ? `${text}, the newest` : text}
          onInput={(event) => {
            setPlaying(false);
            onChange(startAt(windows, Number(event.currentTarget.value)));
          }}
        />
      </div>
      <output>{text}</output>
      <button
        type="button"
        class="button"
        aria-pressed={start === undefined}
        onClick={() => {
          setPlaying(false);
          onChange(undefined);
        }}
      >
        Newest
      </button>
    </div>
  );
}
