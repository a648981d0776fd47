import { main } from "@pulumi/pulumi/provider";
import { provider } from "./provider";

// Entry point of `pulumi package add <repository>/infra/plugin`.
void main(provider, process.argv.slice(2));
