BEGIN TRANSACTION;
CREATE TABLE action (
  number integer primary key, id text not null, since text not null, document text not null, batch bigint not null
);
CREATE TABLE checklist (
  ref text primary key, digest text not null, document text not null, batch bigint not null
);
INSERT INTO "checklist" VALUES('test.shop@1','538afd9b74bf8064b87c28c9b3da7533c58924b221e5bcdaceaf2ced3472c29f','{"id":"test.shop","version":"1","sector":"test","title":{"ko":"Shop","en":"Shop"},"journey":"store-path","scheme":"test.scheme@1","touchpoints":[{"id":"t","title":{"ko":"t","en":"t"},"channel":"face-to-face","stage":"enter","element":"people","mode":"passive","items":[{"id":"I1","ask":{"ko":"I1","en":"I1"},"answer":{"type":"yes-no"}},{"id":"I2","ask":{"ko":"I2","en":"I2"},"answer":{"type":"text"}}]}]}',2);
CREATE TABLE ledger (name text primary key, value text not null);
INSERT INTO "ledger" VALUES('people','0f55bdef396c82b2c2c59db46d48fe875dc10d97ce056837938d6e9d218eaea6');
INSERT INTO "ledger" VALUES('head','2 e5c922f4a398fb4802ab63cf8a036ba438f6d5555445119e71bc1cc537be27c4');
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
INSERT INTO "trail" VALUES(1,'2026-11-30T20:40:16.963+00:00','made','3','{"before":0,"by":"hq"}','18179ff00ea90fc4156631cf063fdb5e31b1da0661511867411df110d7862292');
INSERT INTO "trail" VALUES(2,'2026-11-30T20:40:17.097+00:00','collected','1-2','{"brought":{"checklist":{"rows":1,"sha256":"360d090158f4bbc859492e434a0bf67dec18833dfaa7cc1c63efad13536a5688"},"visit":{"rows":2,"sha256":"8cea109babf5c3faf37b5aa83c3db5136c02b79c6e564639c2ad9da1762a344a"}},"by":"hq"}','e5c922f4a398fb4802ab63cf8a036ba438f6d5555445119e71bc1cc537be27c4');
CREATE TABLE visit (
  number integer primary key, id text not null, revision bigint not null, checklist text not null,
  store text not null, shopper text, wave text, day text, digest text not null, supersedes text, stored text not null,
  sealed text, signer text, document blob not null, batch bigint not null,
  unique (id, revision)
);
INSERT INTO "visit" VALUES(1,'v1',1,'test.shop@1','s1','p-c5edd0ac4db47c7d9e50',NULL,'2026-11-21','8ec70352ba761a435ec7e164cf4486e7dfde7df8d850beedb0b1b073e9e1fd67',NULL,'4a168ffcdef79360e7c094485d5875b2bbf01635fb50ea46c955bdd5873ba64f',NULL,NULL,X'7B22616E7377657273223A7B224931223A747275657D2C22636865636B6C697374223A22746573742E73686F704031222C2264617465223A22323032362D31312D3231222C226964223A227631222C2273686F70706572223A22702D6335656464306163346462343763376439653530222C2273746F7265223A227331227D',2);
INSERT INTO "visit" VALUES(2,'v2',1,'test.shop@1','s1','p-c5edd0ac4db47c7d9e50',NULL,'2026-11-21','30a4947840b5462b0dd44f393cd94662101f02c73e8d56e4217acb5838f1a24a',NULL,'1c5035f4b3b2746309ba2d5533eb3a7fb91a83801a3030c0464082cbc767b1cf',NULL,NULL,X'7B22616E7377657273223A7B224931223A747275657D2C22636865636B6C697374223A22746573742E73686F704031222C2264617465223A22323032362D31312D3231222C226964223A227632222C2273686F70706572223A22702D6335656464306163346462343763376439653530222C2273746F7265223A227331227D',2);
CREATE INDEX store_by_id on store (id, number);
CREATE INDEX store_by_batch on store (batch);
CREATE INDEX visit_by_batch on visit (batch);
CREATE INDEX visit_amended on visit (id, revision) where revision > 1;
CREATE INDEX state_by_visit on state (visit, number);
CREATE INDEX state_by_batch on state (batch);
CREATE INDEX action_by_id on action (id, number);
CREATE INDEX action_by_batch on action (batch);
COMMIT;
pragma application_id = 1667591532;
pragma user_version = 3;
