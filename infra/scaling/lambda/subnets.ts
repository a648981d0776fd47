import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import { ownIdentity } from "../../search/bootstrap/domain-client";

/** Subnets whose addresses run out with growth. */
export interface SubnetSettings {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  /** Host of EC2's API in the region. */
  readonly host: string;
}

/** Addresses that AWS keeps in each subnet: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
const reserved = 5;

/** Percent of the addresses in use, in the fullest subnet. One call of EC2's API, whose client would be the largest part of the function. */
export async function addressesUsed({ subnetIds, host }: SubnetSettings): Promise<number> {
  const query = {
    Action: "DescribeSubnets",
    Version: "2016-11-15",
    ...Object.fromEntries(subnetIds.map((id, index) => [`SubnetId.${index + 1}`, id])),
  };
  const signer = new SignatureV4({ service: "ec2", sha256: Sha256, ...ownIdentity() });
  const { headers } = await signer.sign({
    method: "GET",
    protocol: "https:",
    hostname: host,
    path: "/",
    query,
    headers: { host },
  });
  const response = await fetch(`https://${host}/?${new URLSearchParams(query).toString()}`, {
    headers,
    signal: AbortSignal.timeout(5_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`DescribeSubnets answers ${response.status}: ${text}`);
  return fullest(text);
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Subnet.html */
export function fullest(answer: string): number {
  const all = (element: string): number[] =>
    [...answer.matchAll(new RegExp(`<${element}>(?:[\\d.]+/)?(\\d+)</${element}>`, "g"))].map(
      ([, value]) => Number(value),
    );
  const prefixes = all("cidrBlock");
  const used = all("availableIpAddressCount").map((free, index) => {
    const addresses = 2 ** (32 - (prefixes[index] ?? NaN)) - reserved;
    return (100 * (addresses - free)) / addresses;
  });
  if (used.length === 0) throw new Error(`DescribeSubnets has no subnets: ${answer}`);
  return Math.max(...used);
}
