BEGIN TRANSACTION;
CREATE TABLE action (
  number integer primary key, id text not null, since text not null, document text not null, batch bigint not null
);
CREATE TABLE audit (
  visit bigint not null, scheme text not null, band text, scores text not null, batch bigint not null,
  primary key (visit, scheme)
);
CREATE TABLE checklist (
  ref text primary key, digest text not null, document text not null, batch bigint not null
);
INSERT INTO "checklist" VALUES('test.shop@1','538afd9b74bf8064b87c28c9b3da7533c58924b221e5bcdaceaf2ced3472c29f','{"id":"test.shop","version":"1","sector":"test","title":{"ko":"Shop","en":"Shop"},"journey":"store-path","scheme":"test.scheme@1","touchpoints":[{"id":"t","title":{"ko":"t","en":"t"},"channel":"face-to-face","stage":"enter","element":"people","mode":"passive","items":[{"id":"I1","ask":{"ko":"I1","en":"I1"},"answer":{"type":"yes-no"}},{"id":"I2","ask":{"ko":"I2","en":"I2"},"answer":{"type":"text"}}]}]}',2);
CREATE TABLE ledger (name text primary key, value text not null);
INSERT INTO "ledger" VALUES('people','ce183229447c7255f386b6782067865244928cfdd54a6c748d55746049c1a9fb');
INSERT INTO "ledger" VALUES('head','2 ad9fdb1b1c97df50da61442d4140c3067caa259c52a5be856273a7d11b3da581');
CREATE TABLE scheme (
  ref text primary key, digest text not null, document text not null, batch bigint not null
);
CREATE TABLE snapshot (
  file text primary key, checklist text not null, scheme text not null, visits bigint not null, first bigint not null,
  last bigint not null, sha256 text not null, made text not null, batch bigint not null
);
CREATE TABLE state (
  number integer primary key, visit bigint not null, state text not null, reason text not null, who text not null,
  at text not null, batch bigint not null
);
CREATE TABLE store (
  number integer primary key, id text not null, name text not null, region text, format text, brand text, owner text,
  opened text, pool text, document text not null, batch bigint not null
);
CREATE TABLE trail (
  number integer primary key, at text not null, kind text not null, subject text not null, document text not null,
  hash text not null
);
INSERT INTO "trail" VALUES(1,'2026-11-22T03:09:22.440+00:00','made','2','{"before":0,"by":"hq"}','bef8474b4413bb153df90e773e68c90420523c47e1974b1ce7f527e1a42d3aa4');
INSERT INTO "trail" VALUES(2,'2026-11-22T03:09:22.512+00:00','collected','1-2','{"brought":{"checklist":{"rows":1,"sha256":"360d090158f4bbc859492e434a0bf67dec18833dfaa7cc1c63efad13536a5688"},"visit":{"rows":2,"sha256":"c6e3a03f47cd9edcc112dc0ea8fd7dde83d47e553eb60f2fcd92c08869f9c6d4"}},"by":"hq"}','ad9fdb1b1c97df50da61442d4140c3067caa259c52a5be856273a7d11b3da581');
CREATE TABLE visit (
  number integer primary key, id text not null, revision bigint not null, checklist text not null,
  store text not null, shopper text, wave text, day text, digest text not null, supersedes text, stored text not null,
  sealed text, signer text, document blob not null, batch bigint not null,
  unique (id, revision)
);
INSERT INTO "visit" VALUES(1,'v1',1,'test.shop@1','s1','p-0d28b43f79dfb7edad2b',NULL,'2026-11-21','eaf807527fc0c44146c7ba0926ffeaf783a003c8e43f8f212c2cd5e6d3e90087',NULL,'28182efe552eb58d297c250e96dda873c8fc197feaba5035d53ed767aa06e943',NULL,NULL,X'7B22616E7377657273223A7B224931223A747275657D2C22636865636B6C697374223A22746573742E73686F704031222C2264617465223A22323032362D31312D3231222C226964223A227631222C2273686F70706572223A22702D3064323862343366373964666237656461643262222C2273746F7265223A227331227D',2);
INSERT INTO "visit" VALUES(2,'v2',1,'test.shop@1','s1','p-0d28b43f79dfb7edad2b',NULL,'2026-11-21','d39213063da1531ee511b93086ec608d81ac6538d090d708c48ba0053a0d7ec1',NULL,'4a947a7c519d89a90ce60b0dc0b3d4d66c1f71a5044d3266f138b4a11f723c91',NULL,NULL,X'7B22616E7377657273223A7B224931223A747275657D2C22636865636B6C697374223A22746573742E73686F704031222C2264617465223A22323032362D31312D3231222C226964223A227632222C2273686F70706572223A22702D3064323862343366373964666237656461643262222C2273746F7265223A227331227D',2);
CREATE INDEX store_by_id on store (id, number);
CREATE INDEX store_by_batch on store (batch);
CREATE INDEX visit_by_batch on visit (batch);
CREATE INDEX visit_amended on visit (id, revision) where revision > 1;
CREATE INDEX state_by_visit on state (visit, number);
CREATE INDEX state_by_batch on state (batch);
CREATE INDEX audit_by_batch on audit (batch);
CREATE INDEX action_by_id on action (id, number);
CREATE INDEX action_by_batch on action (batch);
COMMIT;
pragma application_id = 1667591532;
pragma user_version = 2;