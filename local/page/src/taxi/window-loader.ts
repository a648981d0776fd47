import { useEffect, useRef, useState } from "preact/hooks";
import type { PastWindow, WindowList } from "../../../status/result-status";

const REFRESH_MILLISECONDS = 5000;
const RETRY_MILLISECONDS = 1000;

export function useWindows(): WindowList {
  const [windows, setWindows] = useState<WindowList>([]);
  useEffect(() => {
    let timer: number | undefined;
    let over = false;
    const load = async () => {
      const found = await loadJson<WindowList>("windows.json");
      if (over) return;
      if (found !== undefined) setWindows(found);
      timer = window.setTimeout(() => void load(), REFRESH_MILLISECONDS);
    };
    void load();
    return () => {
      over = true;
      window.clearTimeout(timer);
    };
  }, []);
  return windows;
}

/** A window with its cells; the last one while another is loading. @param version reloads the window when it changes */
export function usePastWindow(
  start: number | undefined,
  version: string | undefined,
): PastWindow | undefined {
  const [found, setFound] = useState<PastWindow>();
  const [failed, setFailed] = useState(0);
  const wanted = useRef(start);
  wanted.current = start;
  const loading = useRef<number>(undefined);
  useEffect(() => {
    // A version that comes while the window is on its way waits for the next one.
    if (start === undefined || loading.current === start) return;
    loading.current = start;
    void loadJson<PastWindow>(`windows/${start}.json`).then((loaded) => {
      if (loading.current === start) loading.current = undefined;
      if (wanted.current !== start) return;
      if (loaded !== undefined) setFound(loaded);
      else window.setTimeout(setFailed, RETRY_MILLISECONDS, failed + 1);
    });
  }, [start, version, failed]);
  return start === undefined ? undefined : found;
}

/** @returns undefined when the server does not answer, or has nothing of the kind */
export async function loadJson<T>(path: string): Promise<T | undefined> {
  try {
    const response = await fetch(path);
    return response.ok ? ((await response.json()) as T) : undefined;
  } catch {
    // The page says on its own that it is disconnected.
    return undefined;
  }
}
