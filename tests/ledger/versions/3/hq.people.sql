BEGIN TRANSACTION;
CREATE TABLE paper (
  visit text not null, revision bigint not null, name text not null, document text not null, digest text not null,
  primary key (visit, revision, name)
);
CREATE TABLE person (pseudonym text primary key, kind text not null, code text not null);
INSERT INTO "person" VALUES('p-c5edd0ac4db47c7d9e50','shopper','s-12');
CREATE TABLE secret (value text not null);
INSERT INTO "secret" VALUES('1329228bab504870e1ee0c6bff20eed356402d0c334677e2df2ba0eb76d3f4f3');
COMMIT;
pragma application_id = 0;
pragma user_version = 0;
