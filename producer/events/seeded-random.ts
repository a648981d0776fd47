/**
 * Numbers from 0 to below 1 that look random, the same for the same seed of 32 bits (xoshiro128**).
 * @see https://prng.di.unimi.it/
 */
export function seededRandom(seed: number): () => number {
  let [a, b, c, d] = [mix(seed + 1), mix(seed + 2), mix(seed + 3), mix(seed + 4)];
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return (result >>> 0) / 2 ** 32;
  };
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** Spreads seeds that lie close to each other over all 32 bits (the finalizer of MurmurHash3). */
function mix(value: number): number {
  let mixed = Math.imul(value, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
