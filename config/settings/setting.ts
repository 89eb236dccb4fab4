/**
 * What a setting is.
 *
 * @module
 */
import type { SettingKind } from "./kinds/setting_kind.ts";

/** One row of the table; its key is the property of {@link Config}. */
export interface Setting {
  /** The environment variable. */
  readonly name: string;
  /** The text that is read if the variable is not set; null if the value is then null. */
  readonly default: string | null;
  readonly kind: SettingKind<unknown>;
  /** For the documentation, in Markdown. */
  readonly meaning: string;
  /** A secret may also come from the file that `NAME_FILE` names, and appears in no message. */
  readonly secret?: true;
}
