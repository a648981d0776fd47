const integers = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const decimals = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });
const dollars = new Intl.NumberFormat("en-US", {
  style: "currency",
  currency: "USD",
  maximumFractionDigits: 0,
});

export function whole(value: number): string {
  return integers.format(value);
}

/** Whole from a hundred, three digits below. */
export function amount(value: number): string {
  return Math.abs(value) >= 100 ? integers.format(value) : decimals.format(value);
}

export function usd(value: number): string {
  return dollars.format(value);
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export function counted(value: number, thing: string): string {
  return `${whole(value)} ${thing}${value === 1 ? "" : "s"}`;
}
