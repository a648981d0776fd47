import { SearchSignIn } from "../../infra/search/sign-in";

/** Sign-in with a second factor for the people who read a domain's dashboards. */
export function example(): Record<string, unknown> {
  const { userPoolId, userRoleArn } = new SearchSignIn("sign-in", {
    domainPrefix: "orders-dev-4711",
    domainArn: "arn:aws:es:us-east-1:123456789012:domain/orders-dev",
  });
  return { userPoolId, userRoleArn };
}
