BEGIN TRANSACTION;
CREATE TABLE paper (
  visit text not null, revision bigint not null, name text not null, document text not null, digest text not null,
  primary key (visit, revision, name)
);
CREATE TABLE person (pseudonym text primary key, kind text not null, code text not null);
INSERT INTO "person" VALUES('p-f102ee1df2c7a7ed2e6c','shopper','s-12');
CREATE TABLE secret (value text not null);
INSERT INTO "secret" VALUES('5152911b6f853a07c76acbbfc66629a1ee1f66d61bd3e37896aa26a18bee1224');
COMMIT;
pragma application_id = 0;
pragma user_version = 0;