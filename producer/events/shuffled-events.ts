import type { EventSource, SourceEvent } from "./record";
import { seededRandom } from "./seeded-random";

/** The order differs from one stretch to the next, and not from one run to the next. */
const seed = 1;

/**
 * Events out of order, as far apart as a stretch of event time is long: always in the same disorder.
 * @param stretchMs - event time within which events change places, in milliseconds, more than 0
 */
export function shuffledEvents(source: EventSource, stretchMs: number): EventSource {
  return {
    count: source.count,
    *events() {
      const random = seededRandom(seed);
      let stretch: SourceEvent[] = [];
      let end = -Infinity;
      for (const event of source.events()) {
        if (event.eventTime >= end) {
          yield* shuffled(stretch, random);
          stretch = [];
          end = event.eventTime + stretchMs;
        }
        stretch.push(event);
      }
      yield* shuffled(stretch, random);
    },
  };
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
