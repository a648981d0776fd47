import { PolicyPack } from "@pulumi/policy";
import { policies } from "./pack";

// Without a level of its own a pack only advises.
new PolicyPack("streaming-policies", { enforcementLevel: "mandatory", policies });
