/** Share of a word's letters that may be wrong in what is still taken for it. */
const errorShare = 1 / 3;

/** The word that another was probably meant to be; undefined when none is near. */
export function nearest(wrong: string, words: Iterable<string>): string | undefined {
  const [best] = [...words]
    .map((word) => ({ word, edits: edits(wrong.toLowerCase(), word.toLowerCase()) }))
    .filter(({ word, edits }) => edits <= word.length * errorShare)
    .sort((one, other) => one.edits - other.edits);
  return best?.word;
}

/** How many letters have to be put in, left out or replaced to make one word of another. */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let index = 0; index < from.length; index++) {
    const next = [index + 1];
    for (let at = 0; at < to.length; at++) {
      const [above = 0, aboveRight = 0, left = 0] = [row[at], row[at + 1], next[at]];
      next.push(Math.min(above + Number(from[index] !== to[at]), aboveRight + 1, left + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
