/**
 * The refusal of a process that has no room. There is one for all requests: it says the same to each, and to capture the
 * stack of an error costs a tenth of what a refusal does, at the very time when nothing is to spare.
 *
 * @module
 */
import { ServiceError } from "../../errors/service_error.ts";

export const TOO_BUSY = new ServiceError("too_busy", "The service is at capacity: retry later");
