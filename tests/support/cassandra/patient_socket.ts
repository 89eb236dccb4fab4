/**
 * For clients of the tests' own: on a busy machine, a change of the schema takes longer than the twelve seconds that
 * the driver waits.
 *
 * @module
 */
export const PATIENT_SOCKET = { readTimeout: 60_000 } as const;
