import type { ConfigReader } from "../core/config-reader";
import { branchName, type RepositorySource, repositoryName } from "./args";
import type { Form } from "../core/validate";

/** https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_Connection.html */
const connectionArn: Form = {
  pattern:
    /^arn:aws(-[\w]+)*:(codeconnections|codestar-connections):[\w-]+:[0-9]{12}:connection\/[\w-]+$/,
  description:
    "the ARN of a connection, such as arn:aws:codeconnections:us-east-1:111122223333:connection/…",
};

/** @returns undefined where new code of the job comes with the program */
export function readJobDelivery(read: ConfigReader): RepositorySource | undefined {
  const arn = read.optionalForm("jobConnectionArn", connectionArn);
  const repository = read.optionalForm("jobRepository", repositoryName);
  const branch = read.form("jobBranch", branchName);
  read.problems.require(
    (arn === undefined) === (repository === undefined),
    `${read.name("jobConnectionArn")} and ${read.name("jobRepository")} go together; got "${arn ?? ""}" and "${repository ?? ""}"`,
  );
  if (arn === undefined || repository === undefined) return undefined;
  return { connectionArn: arn, repository, branch };
}
