import * as aws from "@pulumi/aws";

/** A domain on the internet that anybody may write to, as old tutorials make it. */
export function insecureDomain(): void {
  const tags = { project: "search", stack: "dev" };
  new aws.opensearch.Domain(
    "search",
    {
      engineVersion: "OpenSearch_2.19",
      clusterConfig: { instanceType: "t3.small.search", instanceCount: 1 },
      ebsOptions: { ebsEnabled: true, volumeSize: 10 },
      domainEndpointOptions: { enforceHttps: false },
      accessPolicies: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: "*", Action: "es:*", Resource: "*" }],
      }),
      tags,
    },
    { protect: true },
  );
  new aws.ec2.SecurityGroup("search", {
    ingress: [{ protocol: "tcp", fromPort: 9200, toPort: 9200, cidrBlocks: ["0.0.0.0/0"] }],
    tags,
  });
}
