BEGIN TRANSACTION;
CREATE TABLE action (
  number integer primary key, id text not null, since text not null, document text not null, batch bigint not null
);
CREATE TABLE checklist (
  ref text primary key, digest text not null, document text not null, batch bigint not null
);
INSERT INTO "checklist" VALUES('test.shop@1','538afd9b74bf8064b87c28c9b3da7533c58924b221e5bcdaceaf2ced3472c29f','{"id":"test.shop","version":"1","sector":"test","title":{"ko":"Shop","en":"Shop"},"journey":"store-path","scheme":"test.scheme@1","touchpoints":[{"id":"t","title":{"ko":"t","en":"t"},"channel":"face-to-face","stage":"enter","element":"people","mode":"passive","items":[{"id":"I1","ask":{"ko":"I1","en":"I1"},"answer":{"type":"yes-no"}},{"id":"I2","ask":{"ko":"I2","en":"I2"},"answer":{"type":"text"}}]}]}',2);
CREATE TABLE ledger (name text primary key, value text not null);
INSERT INTO "ledger" VALUES('people','83f2d85c7de3c3ad9ce12ab4ccac8142a8cd3847923e11ccfebbf72e65e0b4bd');
INSERT INTO "ledger" VALUES('head','2 4f923c9e0481102636ca74c4b434941af1d360b8c8684772025648cee321139f');
CREATE TABLE mark (
  visit bigint primary key, missing text not null, started text, finished text, batch bigint not null
);
CREATE TABLE scheme (
  ref text primary key, digest text not null, document text not null, batch bigint not null
);
CREATE TABLE setting (
  number integer primary key, name text not null, value text not null, who text not null, at text not null,
  batch bigint not null
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
INSERT INTO "trail" VALUES(1,'2026-12-01T04:04:30.681+00:00','made','4','{"before":0,"by":"hq"}','4b56c340e71ab932ae7f768cc087ac625597763212b936e3d3ec06262f142f4c');
INSERT INTO "trail" VALUES(2,'2026-12-01T04:04:30.708+00:00','collected','1-2','{"brought":{"checklist":{"rows":1,"sha256":"360d090158f4bbc859492e434a0bf67dec18833dfaa7cc1c63efad13536a5688"},"visit":{"rows":2,"sha256":"8780ffbe25da6a672fda65aafd63ac5d7fb6d3655b30c1bbca0a8830c1e53327"}},"by":"hq"}','4f923c9e0481102636ca74c4b434941af1d360b8c8684772025648cee321139f');
CREATE TABLE visit (
  number integer primary key, id text not null, revision bigint not null, checklist text not null,
  store text not null, shopper text, wave text, day text, digest text not null, supersedes text, stored text not null,
  sealed text, signer text, document blob not null, batch bigint not null,
  unique (id, revision)
);
INSERT INTO "visit" VALUES(1,'v1',1,'test.shop@1','s1','p-f102ee1df2c7a7ed2e6c',NULL,'2026-11-21','0f8c02c3d9c67ff01609fb673db87a8dd630b4e00ab6f41206cd83e428c3a808',NULL,'a8554ce1383ed63bd192d80b4beb802d0dd4f980160b360e7e23d5c5ca677e0b',NULL,NULL,X'7B22616E7377657273223A7B224931223A747275657D2C22636865636B6C697374223A22746573742E73686F704031222C2264617465223A22323032362D31312D3231222C226964223A227631222C2273686F70706572223A22702D6631303265653164663263376137656432653663222C2273746F7265223A227331227D',2);
INSERT INTO "visit" VALUES(2,'v2',1,'test.shop@1','s1','p-f102ee1df2c7a7ed2e6c',NULL,'2026-11-21','33343b0623585259abdf1411e5a1e3bc33a68c9e46ff66294fec9fe03f7d95d0',NULL,'353dbdec5eff2c391cb24824a07242cde3c8f6e162199a8c99b677c99dc7c138',NULL,NULL,X'7B22616E7377657273223A7B224931223A747275657D2C22636865636B6C697374223A22746573742E73686F704031222C2264617465223A22323032362D31312D3231222C226964223A227632222C2273686F70706572223A22702D6631303265653164663263376137656432653663222C2273746F7265223A227331227D',2);
CREATE INDEX store_by_id on store (id, number);
CREATE INDEX store_by_batch on store (batch);
CREATE INDEX visit_by_batch on visit (batch);
CREATE INDEX visit_amended on visit (id, revision) where revision > 1;
CREATE INDEX state_by_visit on state (visit, number);
CREATE INDEX state_by_batch on state (batch);
CREATE INDEX action_by_id on action (id, number);
CREATE INDEX action_by_batch on action (batch);
CREATE INDEX mark_by_batch on mark (batch);
CREATE INDEX setting_by_batch on setting (batch);
CREATE INDEX visit_by_shopper on visit (shopper, day);
COMMIT;
pragma application_id = 1667591532;
pragma user_version = 4;