/** An item of a list, several of them, or none. */
export type Conditional<Item> = Item | readonly Item[] | false | undefined;

/** A list of what there is: lists among the items are joined, and false and undefined left out. */
export function present<Item extends object | string>(
  ...items: readonly Conditional<Item>[]
): Item[] {
  return items.flatMap((item) => (item === undefined || item === false ? [] : item));
}
