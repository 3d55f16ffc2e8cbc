CREATE TABLE keys (
  position    INTEGER PRIMARY KEY,
  key_id      TEXT NOT NULL UNIQUE,
  use         INTEGER NOT NULL,
  algorithm   TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  signs_from  INTEGER NOT NULL,
  signs_until INTEGER,
  revoked_at  INTEGER,
  sealed      BLOB NOT NULL
) STRICT;

INSERT INTO meta (name, value) VALUES ('keys_version', 0);

-- The revision activated last has the highest place.
CREATE TABLE registry_revisions (
  place        INTEGER PRIMARY KEY,
  revision     TEXT NOT NULL UNIQUE,
  text         TEXT NOT NULL,
  activated_at INTEGER NOT NULL
) STRICT;
