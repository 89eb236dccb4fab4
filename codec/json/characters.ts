/**
 * The characters that JSON is made of, by their codes in ASCII and UTF-8.
 *
 * @module
 */
export const NEWLINE = 0x0a;
export const SPACE = 0x20;
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const HYPHEN = 0x2d;
export const POINT = 0x2e;
export const DIGIT_ZERO = 0x30;
export const COLON = 0x3a;
export const EQUALS = 0x3d;
export const LETTER_T = 0x54;
export const LETTER_Z = 0x5a;
export const OPEN_ARRAY = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_ARRAY = 0x5d;
export const LETTER_U = 0x75;
export const CLOSE_OBJECT = 0x7d;
