import { expect } from "chai";

/** A statement as it is sent to AWS. */
export interface SentStatement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: unknown;
}

/** A policy as it is sent to AWS. */
export interface SentDocument {
  readonly Version: string;
  readonly Statement: readonly SentStatement[];
}

/** Reads an input that holds a policy as JSON text. */
export function document(input: unknown): SentDocument {
  expect(input).to.be.a("string");
  return JSON.parse(String(input)) as SentDocument;
}

/** The statement that allows an action. */
export function statementFor(input: unknown, action: string): SentStatement {
  const found = document(input).Statement.filter(({ Action }) => [Action].flat().includes(action));
  const [statement] = found;
  if (statement === undefined || found.length > 1) {
    throw new Error(`Expected one statement for ${action}, found ${found.length}`);
  }
  return statement;
}

/** Every action that a policy allows. */
export function actionsOf(input: unknown): string[] {
  return document(input)
    .Statement.filter(({ Effect }) => Effect === "Allow")
    .flatMap(({ Action }) => [Action].flat());
}
