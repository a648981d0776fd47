import { rows, type Verdict } from "./verdict";

const fromTemplate = { launchTemplate: { id: "lt-1" } };

/** What an instance is made of: its own properties, a launch template, and by the resources that go with it. */
export const instanceVerdicts: readonly Verdict[] = [
  ...rows("ec2-instance-interfaces", "ec2/instance:Instance", [
    [{ networkInterfaces: [{}, {}] }, "the instance has 2 networkInterfaces; the limit is 1"],
  ]),
  ...rows("ec2-instance-interfaces", "networkInterface:NetworkInterface", [
    [{ sourceDestCheck: false }, "sourceDestCheck is false"],
    [{ sourceDestCheck: true }],
  ]),
  ...rows("ec2-subnet-public-addresses", "ec2/subnet:Subnet", [
    [{ mapPublicIpOnLaunch: undefined }],
    [{ assignIpv6AddressOnCreation: true }, "assignIpv6AddressOnCreation is true"],
  ]),
  ...rows("ec2-subnet-public-addresses", "defaultSubnet:DefaultSubnet", [
    [{ mapPublicIpOnLaunch: true }, "mapPublicIpOnLaunch is true"],
    [{ mapPublicIpOnLaunch: undefined }, "mapPublicIpOnLaunch is not set"],
  ]),
  ...rows("ec2-instance-public-address", "ec2/instance:Instance", [
    [{ associatePublicIpAddress: undefined }, "associatePublicIpAddress is not set"],
    [
      {
        associatePublicIpAddress: undefined,
        primaryNetworkInterface: { networkInterfaceId: "eni-1" },
      },
    ],
    [{ associatePublicIpAddress: undefined, networkInterfaces: [{ deviceIndex: 0 }] }],
  ]),
  ...rows("ec2-instance-public-address", "ec2/eip:Eip", [
    [{ instance: "i-1" }, "instance is set; the instance would have a public address"],
    [{ networkInterface: "eni-1" }],
  ]),
  ...rows("ec2-instance-metadata-v2", "ec2/instance:Instance", [
    [{ metadataOptions: undefined }, "metadataOptions.httpTokens is not set"],
    [{ metadataOptions: undefined, ...fromTemplate }],
    [{ metadataOptions: { httpTokens: "optional" }, ...fromTemplate }, "httpTokens is optional"],
  ]),
  ...rows("ec2-instance-volume-encryption", "ec2/instance:Instance", [
    [{ rootBlockDevice: undefined, ...fromTemplate }],
    [{ rootBlockDevice: { encrypted: false }, ...fromTemplate }, "encrypted is false"],
    [
      { rootBlockDevice: undefined, ebsBlockDevices: [{}], ...fromTemplate },
      "ebsBlockDevices[0].encrypted is not set",
    ],
  ]),
  ...rows("ec2-launch-template-volume-encryption", "launchTemplate:LaunchTemplate", [
    [{ blockDeviceMappings: undefined }, "blockDeviceMappings has no EBS volume"],
    [{ blockDeviceMappings: [{ deviceName: "/dev/xvdb", noDevice: "" }] }, "has no EBS volume"],
  ]),
  ...rows("ec2-instance-size-limit", "ec2/instance:Instance", [
    [{ instanceType: undefined, ...fromTemplate }],
    [{ instanceType: "m7g.4xlarge", ...fromTemplate }, "instanceType is m7g.4xlarge"],
  ]),
  ...rows("ec2-instance-size-limit", "launchTemplate:LaunchTemplate", [
    [{ instanceType: "p5.48xlarge" }, "instanceType is p5.48xlarge; the largest size is large"],
    [{ instanceType: "m7g.large" }],
  ]),
  ...rows("ec2-instance-families", "ec2/instance:Instance", [
    [{ instanceType: undefined }, "instanceType is not set"],
    [{ instanceType: undefined, ...fromTemplate }],
  ]),
  ...rows("ec2-instance-families", "launchTemplate:LaunchTemplate", [
    [{ instanceType: "p5.large" }, "instanceType is p5.large; the families are"],
    [{ instanceType: "m7g.large" }],
  ]),
];
