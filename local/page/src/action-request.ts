/** Asks the server for an action. @returns what went wrong, in the server's words; undefined when it is done */
export async function ask(action: string, body: object): Promise<string | undefined> {
  try {
    const response = await fetch(`actions/${action}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (response.ok) return undefined;
    return ((await response.json()) as { readonly message: string }).message;
  } catch {
    return "The pipeline does not answer";
  }
}
