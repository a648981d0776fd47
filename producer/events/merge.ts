import type { SourceEvent } from "./record";

/**
 * Merges sources that are sorted by event time into one that is; of equal times the earlier source's first. It looks at
 * all of them for each event: sources are few, as each is a run of many megabytes.
 */
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
