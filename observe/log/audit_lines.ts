/**
 * What the log says about the audit log: that it cannot be written, that it can be written again, and how many
 * events are missing from it. Never what it contains.
 *
 * @module
 */
import type { Logger } from "@logtape/logtape";
import type { ObservationOf } from "../observation.ts";

/** @param isDue whether a line of this text has not been written for a while */
export function createAuditLines(
  logger: Logger,
  isDue: (line: string) => boolean,
): (observation: ObservationOf<"audit">) => void {
  let isFailing = false;
  let dropped = 0;
  return ({ written, dropped: more, failure }) => {
    dropped += more;
    if (dropped > 0 && isDue("audit dropped")) {
      logger.error("The audit log lost events because its queue was full: {dropped}", { dropped });
      dropped = 0;
    }
    if (failure !== undefined) {
      isFailing = true;
      if (!isDue("audit failure")) return;
      const cause = failure instanceof Error ? failure.message : String(failure);
      logger.error("The audit log cannot be written: {cause}", { cause });
    } else if (isFailing && written > 0) {
      isFailing = false;
      logger.info("The audit log can be written again");
    }
  };
}
