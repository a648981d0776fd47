import type { SourceEvent } from "./record";

interface Head {
  readonly event: SourceEvent;
  /** Breaks ties: the earlier source comes first. */
  readonly rank: number;
  readonly rest: Iterator<SourceEvent>;
}

/** Merges sources that are sorted by event time into one that is; of equal times the earlier source's first. */
export function* merged(sources: readonly Iterable<SourceEvent>[]): Generator<SourceEvent> {
  const heap: Head[] = [];
  for (const [rank, source] of sources.entries()) {
    const rest = source[Symbol.iterator]();
    const first = rest.next();
    if (!first.done) {
      heap.push({ event: first.value, rank, rest });
      siftUp(heap);
    }
  }
  for (let top = heap[0]; top !== undefined; top = heap[0]) {
    yield top.event;
    const next = top.rest.next();
    const last = next.done ? heap.pop() : { ...top, event: next.value };
    if (last !== undefined && heap.length > 0) {
      heap[0] = last;
      siftDown(heap);
    }
  }
}

function isBefore(a: Head, b: Head): boolean {
  const distance = a.event.eventTime - b.event.eventTime;
  return distance < 0 || (distance === 0 && a.rank < b.rank);
}

function siftUp(heap: Head[]): void {
  let index = heap.length - 1;
  while (index > 0 && swapIfBefore(heap, index, (index - 1) >> 1)) {
    index = (index - 1) >> 1;
  }
}

function siftDown(heap: Head[]): void {
  for (let index = 0; ;) {
    const [left, right] = [heap[2 * index + 1], heap[2 * index + 2]];
    if (left === undefined) {
      return;
    }
    const child = 2 * index + (right !== undefined && isBefore(right, left) ? 2 : 1);
    if (!swapIfBefore(heap, child, index)) {
      return;
    }
    index = child;
  }
}

function swapIfBefore(heap: Head[], child: number, parent: number): boolean {
  const [lower, upper] = [heap[child], heap[parent]];
  if (lower === undefined || upper === undefined || !isBefore(lower, upper)) {
    return false;
  }
  heap[child] = upper;
  heap[parent] = lower;
  return true;
}
