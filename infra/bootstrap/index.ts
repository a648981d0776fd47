import * as pulumi from "@pulumi/pulumi";
import { GithubAccess } from "./github-access";

const config = new pulumi.Config();

export const { environments } = new GithubAccess("github", {
  project: config.require("project"),
  repository: config.require("repository"),
  ownerId: config.requireNumber("ownerId"),
  repositoryId: config.requireNumber("repositoryId"),
  trustNames: config.requireBoolean("trustNames"),
  providerArn: config.get("providerArn"),
  permissionsBoundaryArn: config.get("permissionsBoundaryArn") || undefined,
  operatorArns: config.requireObject<string[]>("operatorArns"),
  environments: config.requireObject<string[]>("environments"),
});
