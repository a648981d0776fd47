/** What `awsx.ec2.Vpc` takes for one kind of subnet in every availability zone. */
export interface SubnetSpec {
  readonly type: "Public" | "Private" | "Isolated" | "Unused";
  /** Part of the subnets' names. @default the type in lower case */
  readonly name?: string;
  /** Prefix length in bits. */
  readonly cidrMask?: number;
  /** Number of addresses, a power of 2. */
  readonly size?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface Subnet {
  readonly spec: SubnetSpec;
  readonly name: string;
  readonly cidrBlock: string;
  /** Index of its availability zone, from 0. */
  readonly zone: number;
}

/**
 * Divides a VPC's addresses as awsx does with the strategy Auto: evenly over the zones, and in each
 * zone by the specs in their order.
 *
 * @param specs - without them a private subnet of half a zone and a public one of a quarter.
 * @throws when the subnets do not fit.
 */
export function subnetLayout(
  cidrBlock: string,
  zones: number,
  specs?: readonly SubnetSpec[],
): readonly Subnet[] {
  const vpc = parseCidr(cidrBlock);
  const zoneMask = vpc.mask + bitsFor(zones);
  const effective = specs ?? [
    { type: "Private", cidrMask: zoneMask + 1 },
    { type: "Public", cidrMask: zoneMask + 2 },
  ];
  const evenMask = zoneMask + bitsFor(effective.length);
  const subnets: Subnet[] = [];
  for (let zone = 0; zone < zones; zone++) {
    const start = vpc.address + zone * 2 ** (32 - zoneMask);
    let next = start;
    for (const spec of effective) {
      const mask = spec.cidrMask ?? (spec.size ? 32 - Math.log2(spec.size) : evenMask);
      const size = 2 ** (32 - mask);
      const address = Math.ceil(next / size) * size;
      next = address + size;
      if (!Number.isInteger(mask) || mask > 28 || next > start + 2 ** (32 - zoneMask)) {
        throw new Error(
          `The subnets do not fit: ${cidrBlock} leaves a /${zoneMask} for each of ${zones} availability ` +
            `zones, and a subnet must have from /16 to /28.`,
        );
      }
      const name = spec.name ?? spec.type.toLowerCase();
      subnets.push({ spec, name, zone, cidrBlock: `${formatAddress(address)}/${mask}` });
    }
  }
  return subnets.filter(({ spec }) => spec.type !== "Unused");
}

function bitsFor(parts: number): number {
  return Math.ceil(Math.log2(parts));
}

function parseCidr(cidrBlock: string): { address: number; mask: number } {
  const [, address = "", mask = ""] =
    /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(cidrBlock) ?? [];
  const bytes = address.split(".").map(Number);
  const prefix = Number(mask);
  if (bytes.length !== 4 || bytes.some((byte) => byte > 255) || prefix < 16 || prefix > 28) {
    throw new Error(`cidrBlock must be like 10.0.0.0/16, from /16 to /28; got "${cidrBlock}".`);
  }
  const size = 2 ** (32 - prefix);
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return { address: Math.floor(value / size) * size, mask: prefix };
}

function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
