-- One row a batch. Keys are the upper 64 bits of decision ids, milliseconds and counter, so rows are only ever appended.
CREATE TABLE decisions (
  first INTEGER PRIMARY KEY,
  last  INTEGER NOT NULL,
  count INTEGER NOT NULL,
  block BLOB NOT NULL
) STRICT;

CREATE TABLE one_time_keys (
  key        BLOB NOT NULL CHECK (length(key) = 32),
  kind       INTEGER NOT NULL,
  keep_until INTEGER NOT NULL,
  PRIMARY KEY (key, kind)
) STRICT, WITHOUT ROWID;

-- Only hashes: a stolen file holds no token.
CREATE TABLE stored_tokens (
  hash       BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  kind       INTEGER NOT NULL,
  id         TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  content    BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX impersonation_tokens_by_id ON stored_tokens (id) WHERE kind = 3;

CREATE TABLE revocations (
  kind       INTEGER NOT NULL,
  value      TEXT NOT NULL,
  at         INTEGER NOT NULL,
  reason     TEXT NOT NULL,
  keep_until INTEGER NOT NULL,
  PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
  name  TEXT NOT NULL PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;

-- Nothing recorded expires later than this; raised in steps.
INSERT INTO meta (name, value) VALUES ('latest_expiry', 0);
