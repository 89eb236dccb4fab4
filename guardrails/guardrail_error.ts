/**
 * The error of a project that hits guardrails, as {@link CatalogError} is of one with mistakes.
 *
 * @module
 */
import { describeFindings, type Finding } from "./inspect.ts";

/** The message is the whole report. */
export class GuardrailError extends Error {
  override readonly name = "GuardrailError";
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    super(describeFindings(findings));
    this.findings = findings;
  }
}
