import { closest, distance } from "fastest-levenshtein";

/** Share of a word's letters that may be wrong in what is still taken for it. */
const errorShare = 1 / 3;

/** The word that another was probably meant to be; undefined when none is near. */
export function nearest(wrong: string, words: Iterable<string>): string | undefined {
  const spellings = new Map([...words].map((word) => [word.toLowerCase(), word]));
  const lowerCase = wrong.toLowerCase();
  const best = closest(lowerCase, [...spellings.keys()]);
  return distance(lowerCase, best) <= best.length * errorShare ? spellings.get(best) : undefined;
}
