/**
 * Ends a call, whatever it does, when `ms` are over or the signal comes.
 * @throws TimeoutError when the time is over, AbortError when the signal comes first
 */
export async function withDeadline<T>(
  ms: number,
  stop: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const end = (name: string, message: string) => {
    ended.abort(Object.assign(new Error(message), { name }));
  };
  const timer = setTimeout(end, ms, "TimeoutError", `no complete answer within ${ms / 1000} s`);
  const onStop = () => {
    end("AbortError", "the call was stopped");
  };
  stop.addEventListener("abort", onStop);
  if (stop.aborted) {
    onStop();
  }
  const tooLate = new Promise<never>((_, reject) => {
    ended.signal.addEventListener("abort", () => {
      reject(ended.signal.reason as Error);
    });
  });
  try {
    ended.signal.throwIfAborted();
    return await Promise.race([call(ended.signal), tooLate]);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener("abort", onStop);
  }
}
