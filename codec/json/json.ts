/**
 * The value of a JSON document in JavaScript.
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
