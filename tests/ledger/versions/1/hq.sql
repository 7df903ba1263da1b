BEGIN TRANSACTION;
CREATE TABLE audit (
  visit bigint not null, scheme text not null, band text, scores text not null, batch bigint not null,
  primary key (visit, scheme)
);
CREATE TABLE checklist (
  ref text primary key, digest text not null, document text not null, batch bigint not null
);
INSERT INTO "checklist" VALUES('test.shop@1','538afd9b74bf8064b87c28c9b3da7533c58924b221e5bcdaceaf2ced3472c29f','{"id":"test.shop","version":"1","sector":"test","title":{"ko":"Shop","en":"Shop"},"journey":"store-path","scheme":"test.scheme@1","touchpoints":[{"id":"t","title":{"ko":"t","en":"t"},"channel":"face-to-face","stage":"enter","element":"people","mode":"passive","items":[{"id":"I1","ask":{"ko":"I1","en":"I1"},"answer":{"type":"yes-no"}},{"id":"I2","ask":{"ko":"I2","en":"I2"},"answer":{"type":"text"}}]}]}',2);
CREATE TABLE ledger (name text primary key, value text not null);
INSERT INTO "ledger" VALUES('people','1b80bee872deeba4a68114ec9a43038dc6e95a9379aafac270b525f641371b05');
INSERT INTO "ledger" VALUES('head','2 86e37cdc2a6391b35db5c4d3d5ecadaa2dd8249c32f40d0894f1a29487a5c837');
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
INSERT INTO "trail" VALUES(1,'2026-11-22T01:43:25.823+00:00','made','1','{"before":0,"by":"hq"}','90ff0d1f1487f462c54f007e30075faf52ad661ce6804e74f12aaee8991b67a1');
INSERT INTO "trail" VALUES(2,'2026-11-22T01:43:25.892+00:00','collected','1-2','{"brought":{"checklist":{"rows":1,"sha256":"360d090158f4bbc859492e434a0bf67dec18833dfaa7cc1c63efad13536a5688"},"visit":{"rows":2,"sha256":"53c1956d0b59901b60de1e7ea56e18a7ec653dec60bb2d5fcbde174ba3f72dbb"}},"by":"hq"}','86e37cdc2a6391b35db5c4d3d5ecadaa2dd8249c32f40d0894f1a29487a5c837');
CREATE TABLE visit (
  number integer primary key, id text not null, revision bigint not null, checklist text not null,
  store text not null, shopper text, wave text, day text, digest text not null, supersedes text, stored text not null,
  sealed text, signer text, document blob not null, batch bigint not null,
  unique (id, revision)
);
INSERT INTO "visit" VALUES(1,'v1',1,'test.shop@1','s1','p-917af9b224a1582b884d',NULL,'2026-11-21','a72c4987535651ed1cb588b8cf965e1d03465e6e32c2ced8f67fe9c5ef78a97c',NULL,'24884d98c1b8872f8e502220065edf70c295f94896dd118d96793589062559ee',NULL,NULL,X'7B22616E7377657273223A7B224931223A747275657D2C22636865636B6C697374223A22746573742E73686F704031222C2264617465223A22323032362D31312D3231222C226964223A227631222C2273686F70706572223A22702D3931376166396232323461313538326238383464222C2273746F7265223A227331227D',2);
INSERT INTO "visit" VALUES(2,'v2',1,'test.shop@1','s1','p-917af9b224a1582b884d',NULL,'2026-11-21','91091899fa27cf6afb2f1ef8beb0c54270d706b8ebbc53dd1e747ee8d405d1bf',NULL,'fc5bc076fac9c7f626781557d9bca987327f11edc4f1bd4cab5e792d6c2f4727',NULL,NULL,X'7B22616E7377657273223A7B224931223A747275657D2C22636865636B6C697374223A22746573742E73686F704031222C2264617465223A22323032362D31312D3231222C226964223A227632222C2273686F70706572223A22702D3931376166396232323461313538326238383464222C2273746F7265223A227331227D',2);
CREATE INDEX store_by_id on store (id, number);
CREATE INDEX store_by_batch on store (batch);
CREATE INDEX visit_by_batch on visit (batch);
CREATE INDEX visit_amended on visit (id, revision) where revision > 1;
CREATE INDEX state_by_visit on state (visit, number);
CREATE INDEX state_by_batch on state (batch);
CREATE INDEX audit_by_batch on audit (batch);
COMMIT;
pragma application_id = 1667591532;
pragma user_version = 1;