BEGIN TRANSACTION;
CREATE TABLE paper (
  visit text not null, revision bigint not null, name text not null, document text not null, digest text not null,
  primary key (visit, revision, name)
);
CREATE TABLE person (pseudonym text primary key, kind text not null, code text not null);
INSERT INTO "person" VALUES('p-0d28b43f79dfb7edad2b','shopper','s-12');
CREATE TABLE secret (value text not null);
INSERT INTO "secret" VALUES('ee5676a00ef538c557bfe78ed651889fbc6207769df64df208860a0ec61ecfc5');
COMMIT;
pragma application_id = 0;
pragma user_version = 0;