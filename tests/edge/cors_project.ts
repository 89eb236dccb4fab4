/**
 * What the tests of web pages call: a few queries of each kind, for the demo users.
 *
 * @module
 */
import type { OwnCql } from "../support/own_service.ts";

export const CORS_CQL: OwnCql = {
  migration: `
CREATE TABLE words (word text PRIMARY KEY, meaning text, version int);
INSERT INTO words (word, meaning, version) VALUES ('tern', 'A bird', 1);
INSERT INTO words (word, meaning, version) VALUES ('turn', 'A change', 1);`,
  queries: `
-- name: list_words :many
-- @route GET /words
-- @public
-- @page size=1 max=10
SELECT word FROM words;

-- name: get_word :one
-- @route GET /words/{word}
-- @scope stations:read
-- @etag version
SELECT meaning, version FROM words WHERE word = :word;

-- name: explain_word :applied
-- @route PUT /words/{word}
-- @scope stations:write
-- @param seen_version in if-match
-- @param note in header
UPDATE words SET meaning = :meaning, version = :version
 WHERE word = :word
    IF version = :seen_version AND meaning != :note;

-- name: remove_word :exec
-- @route DELETE /words/{word}
-- @scope stations:write
DELETE FROM words WHERE word = :word;
`,
};
