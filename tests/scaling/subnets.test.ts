import { expect } from "chai";
import { fullest } from "../../infra/scaling/lambda/subnets";

/** An answer of DescribeSubnets: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html */
const answer = (...subnets: readonly (readonly [cidr: string, free: number])[]): string =>
  `<DescribeSubnetsResponse><subnetSet>${subnets
    .map(
      ([cidr, free]) =>
        `<item><subnetId>subnet-1</subnetId><cidrBlock>${cidr}</cidrBlock>` +
        `<ipv6CidrBlockAssociationSet><item><ipv6CidrBlock>2001:db8::/64</ipv6CidrBlock></item></ipv6CidrBlockAssociationSet>` +
        `<availableIpAddressCount>${free}</availableIpAddressCount></item>`,
    )
    .join("")}</subnetSet></DescribeSubnetsResponse>`;

describe("Addresses of subnets", () => {
  it("are measured in the fullest subnet, without those that AWS keeps", () => {
    expect(fullest(answer(["10.0.0.0/24", 251], ["10.0.1.0/28", 11]))).to.equal(0);
    expect(fullest(answer(["10.0.0.0/24", 251], ["10.0.1.0/28", 0]))).to.equal(100);
    expect(fullest(answer(["10.0.0.0/20", 818], ["10.0.1.0/24", 200]))).to.be.closeTo(80, 0.1);
  });

  it("are not taken for free where the answer names no subnet", () => {
    expect(() => fullest(answer())).to.throw("DescribeSubnets has no subnets");
  });
});
