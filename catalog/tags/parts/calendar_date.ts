/**
 * Days as `2026-01-31` (RFC 3339, `full-date`).
 *
 * @module
 */

/** Whether a text is a day that the calendar has, from 1970 on. */
export function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < "1970-01-01") return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  // Some days that do not exist are read as later ones.
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}
