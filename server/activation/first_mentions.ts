/**
 * Notices and warnings that are logged once in the life of a process, however often routes are derived.
 *
 * @module
 */
import { placeOf } from "../../catalog/text/diagnose.ts";
import { GuardrailError } from "../../guardrails/guardrail_error.ts";
import { describeWaived, splitFindings } from "../../guardrails/inspect.ts";
import type { ProjectInspection } from "../../guardrails/inspect_project.ts";
import type { Observe } from "../../observe/observation.ts";

export class FirstMentions {
  readonly #observe: Observe;
  readonly #logged = new Set<string>();

  constructor(observe: Observe) {
    this.#observe = observe;
  }

  notice(message: string): void {
    if (this.#isFirst(message)) this.#observe({ kind: "notice", message });
  }

  warning(message: string): void {
    if (this.#isFirst(message)) this.#observe({ kind: "warning", message, cause: undefined });
  }

  /**
   * What guardrails have found.
   *
   * @param guardrails what becomes of queries that hit a guardrail of severity `error`
   * @throws {GuardrailError} if they are to be refused
   */
  heed(
    { findings, waived, keyspace }: ProjectInspection,
    guardrails: "refuse" | "warn",
  ): void {
    const [errors, warnings] = splitFindings(findings, guardrails);
    if (errors.length > 0) throw new GuardrailError(errors);
    for (const { span, guardrail, message, help } of warnings) {
      this.warning(`${placeOf(span)}: ${message} [${guardrail}]: ${help}`);
    }
    for (const message of keyspace) this.warning(message);
    for (const each of waived) this.notice(describeWaived(each));
  }

  #isFirst(message: string): boolean {
    const { size } = this.#logged;
    return this.#logged.add(message).size > size;
  }
}
