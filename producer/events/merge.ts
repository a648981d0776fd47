import type { SourceEvent } from "./record";

/** Merges a few sources that are sorted by event time; of equal times the earlier source's first. */
export function* merged(sources: readonly Iterable<SourceEvent>[]): Generator<SourceEvent> {
  const rests = sources.map((source) => source[Symbol.iterator]());
  const heads = rests.map((rest) => rest.next());
  for (;;) {
    let first = -1;
    let event: SourceEvent | undefined;
    for (const [index, head] of heads.entries()) {
      if (!head.done && (event === undefined || head.value.eventTime < event.eventTime)) {
        first = index;
        event = head.value;
      }
    }
    const rest = rests[first];
    if (event === undefined || rest === undefined) {
      return;
    }
    yield event;
    heads[first] = rest.next();
  }
}
