/** Which Node runs is the project's choice (docs/decisions/0001); the SDK's notice would stand amid what a command says. */
export function silenceSdkNotice(): void {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
}
