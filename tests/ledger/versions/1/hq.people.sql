BEGIN TRANSACTION;
CREATE TABLE paper (
  visit text not null, revision bigint not null, name text not null, document text not null, digest text not null,
  primary key (visit, revision, name)
);
CREATE TABLE person (pseudonym text primary key, kind text not null, code text not null);
INSERT INTO "person" VALUES('p-917af9b224a1582b884d','shopper','s-12');
CREATE TABLE secret (value text not null);
INSERT INTO "secret" VALUES('31cb5da185205580068edbb2372f413b34d137966f94f1901b13f5a29b03b07d');
COMMIT;
pragma application_id = 0;
pragma user_version = 0;