import { useEffect, useRef, useState } from "preact/hooks";
import type { PastWindow, WindowList } from "../../../status/result-status";

const REFRESH_MILLISECONDS = 5000;
const RETRY_MILLISECONDS = 1000;
const NOT_FOUND = 404;

export function useWindows(): WindowList {
  const [windows, setWindows] = useState<WindowList>([]);
  useEffect(() => {
    let timer: number | undefined;
    let over = false;
    const load = async () => {
      const found = await loadJson<WindowList>("windows.json", () => !over);
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
  const wanted = useRef(start);
  wanted.current = start;
  const loading = useRef<number>(undefined);
  useEffect(() => {
    // A version that comes while the window is on its way waits for the next one.
    if (start === undefined || loading.current === start) return;
    loading.current = start;
    const isWanted = () => wanted.current === start;
    void loadJson<PastWindow>(`windows/${start}.json`, isWanted).then((loaded) => {
      if (loading.current === start) loading.current = undefined;
      if (isWanted() && loaded !== undefined) setFound(loaded);
    });
  }, [start, version]);
  return start === undefined ? undefined : found;
}

/** Asks until the server answers, which may be away for a while. @returns undefined for what it does not have, or that is no longer wanted */
export async function loadJson<T>(path: string, isWanted: () => boolean): Promise<T | undefined> {
  while (isWanted()) {
    const response = await fetch(path).catch(() => undefined);
    if (response?.ok === true) return (await response.json()) as T;
    if (response?.status === NOT_FOUND) return undefined;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
  }
  return undefined;
}
