/**
 * What the text of a JSON document says, as JavaScript holds it.
 *
 * @module
 */
export type Json =
  | null
  | boolean
  | number
  | string
  | Json[]
  | { [key: string]: Json };
