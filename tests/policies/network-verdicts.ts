import { rows, type Verdict } from "./verdict";

const ssh = { protocol: "tcp", fromPort: 22, toPort: 22 };
const world = { cidrBlocks: ["0.0.0.0/0"] };
const everything = { protocol: "-1", fromPort: 0, toPort: 0 };

/** An inline rule of a network ACL, about all addresses of IPv4. */
function entry(action: string, ruleNo: number, changes: object) {
  return { action, ruleNo, cidrBlock: "0.0.0.0/0", ...changes };
}

const denials = [
  entry("deny", 90, ssh),
  entry("deny", 91, { ...ssh, fromPort: 3389, toPort: 3389 }),
];

/** Who may come in: ports and protocols, networks and halves of the world, and what takes precedence. */
export const networkVerdicts: readonly Verdict[] = [
  ...rows("ec2-security-group-open-ingress", "ec2/securityGroup:SecurityGroup", [
    [{ ingress: [{ ...ssh, ...world }] }, "ingress[0] admits the whole world to port 22"],
    [
      { ingress: [{ ...ssh, protocol: "6", ...world, toPort: 23 }] },
      "admits the whole world to ports 22 to 23",
    ],
    [{ ingress: [{ ...ssh, ...world, fromPort: 443, toPort: 443 }] }, undefined, { ports: [443] }],
    [
      { ingress: [{ ...ssh, ...world, fromPort: 443, toPort: 444 }] },
      "ports 443 to 444",
      { ports: [443] },
    ],
    [{ ingress: [{ ...everything, ...world }] }, "ports 0 to 65535"],
    // The types and codes of ICMP are no ports.
    [
      { ingress: [{ protocol: "icmp", fromPort: 8, toPort: 0, ...world }] },
      "ingress[0] admits the whole world to protocol icmp",
    ],
    [
      { ingress: [{ protocol: "1", fromPort: -1, toPort: -1, ...world }] },
      "protocol icmp",
      { ports: [443] },
    ],
    [{ ingress: [{ protocol: "icmp", fromPort: 8, toPort: 0, cidrBlocks: ["10.0.0.0/8"] }] }],
    [{ ingress: [{ protocol: "udp", fromPort: -1, toPort: -1, ...world }] }, "ports 0 to 65535"],
    [{ ingress: [{ ...ssh, cidrBlocks: ["0.0.0.0/1", "128.0.0.0/1"] }] }, "to port 22"],
    [{ ingress: [{ ...ssh, cidrBlocks: ["16.0.0.0/7"] }] }, "to port 22"],
    [{ ingress: [{ ...ssh, cidrBlocks: ["10.0.0.0/8"] }] }],
    [{ ingress: [{ ...ssh, ipv6CidrBlocks: ["2000::/3"] }] }, "to port 22"],
    [{ ingress: [{ ...ssh, ipv6CidrBlocks: ["2600::/15"] }] }, "to port 22"],
    [{ ingress: [{ ...ssh, ipv6CidrBlocks: ["2630::/16", "fc00::/7"] }] }],
  ]),
  ...rows("ec2-security-group-open-ingress", "managedPrefixList:ManagedPrefixList", [
    [
      { entries: [{ cidr: "198.51.100.0/24" }, { cidr: "0.0.0.0/0" }] },
      "entries[1] is the whole world; a prefix list must hold known networks",
    ],
    [{ entries: undefined }],
  ]),
  ...rows("ec2-security-group-open-ingress", "managedPrefixListEntry:ManagedPrefixListEntry", [
    [{ cidr: "::/0" }, "the entry is the whole world"],
  ]),
  ...rows("ec2-network-acl-admin-ports", "networkAcl:NetworkAcl", [
    [{ ingress: [...denials, entry("allow", 100, everything)] }],
    [
      { ingress: [entry("allow", 80, everything), ...denials] },
      "ingress[0] admits the whole world to ports 0 to 65535",
    ],
    [{ ingress: [denials[0], entry("allow", 100, everything)] }, "ingress[1] admits"],
    [
      {
        ingress: [
          ...denials,
          { action: "allow", ruleNo: 100, ipv6CidrBlock: "::/0", ...everything },
        ],
      },
      "ingress[2] admits",
    ],
    [
      {
        ingress: [
          entry("deny", 90, { ...everything, cidrBlock: "10.0.0.0/8" }),
          entry("allow", 100, ssh),
        ],
      },
      "ingress[1] admits the whole world to port 22",
    ],
    [
      {
        ingress: [
          entry("deny", 90, { ...everything, protocol: "udp", fromPort: 0, toPort: 65_535 }),
          entry("allow", 100, ssh),
        ],
      },
      "ingress[1] admits the whole world to port 22",
    ],
    [{ ingress: [entry("Allow", 100, ssh)] }, "ingress[0] admits the whole world to port 22"],
    [{ ingress: [entry("DENY", 90, ssh), entry("ALLOW", 100, ssh)] }],
    [{ ingress: [entry("allow", 100, { protocol: "icmp", fromPort: 0, toPort: 0 })] }],
  ]),
  ...rows("ec2-network-acl-admin-ports", "networkAclRule:NetworkAclRule", [
    [
      {
        protocol: "icmp",
        icmpType: -1,
        icmpCode: -1,
        fromPort: undefined,
        toPort: undefined,
      },
    ],
    [{ protocol: "-1", fromPort: undefined, toPort: undefined }, "the rule admits the whole"],
    [{ fromPort: 3389, toPort: 3389 }, "the rule admits the whole world to port 3389"],
    [{ fromPort: 3389, toPort: 3389, egress: true }],
  ]),
];
