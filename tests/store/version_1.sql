pragma application_id = 1399279948;
pragma user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'segql','version 1','2026-11-24 23:17:53.038885+00:00');
CREATE TABLE account_values (
        path integer not null,
        kind integer not null,
        value,
        account integer not null,
        element integer not null,
        instant integer,
        primary key (path, kind, value, account, element)
    ) without rowid;
CREATE TABLE accounts (
        id integer primary key autoincrement,
        external text not null unique,
        traits text not null default '{}',
        changed integer not null
    );
INSERT INTO "accounts" VALUES(1,'acme','{}',1);
CREATE TABLE activity (
        profile integer primary key,
        changed integer not null,
        deleted integer not null default 0,
        first_call integer,
        last_call integer,
        events integer not null default 0,
        first_event integer,
        last_event integer,
        surveys_seen integer not null default 0,
        surveys_completed integer not null default 0,
        surveys_dismissed integer not null default 0,
        last_survey_seen integer,
        last_survey_completed integer,
        last_survey_dismissed integer,
        first_action integer,
        last_action integer
    );
INSERT INTO "activity" VALUES(1,3,0,1772366400000,1772366700000,1,1772366700000,1772366700000,0,0,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "activity" VALUES(2,2,0,1772366400000,1772366400000,0,NULL,NULL,0,0,0,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE columns (
        source text not null,
        part integer not null,
        changed integer not null,
        data blob not null,
        primary key (source, part)
    );
CREATE TABLE events (
        name integer not null,
        profile integer not null,
        time integer not null,
        arrival integer not null,
        message blob,
        properties text,
        primary key (name, profile, time, arrival)
    ) without rowid;
INSERT INTO "events" VALUES(1,1,1772366700000,1,NULL,'{"format":"csv"}');
CREATE TABLE history (
        flip integer primary key,
        segment integer not null,
        profile integer not null,
        entered integer not null,
        entered_cause text not null,
        entered_flip integer not null,
        left integer not null,
        left_cause text not null
    );
CREATE TABLE members (
        segment integer not null,
        profile integer not null,
        entered integer not null,
        cause text not null,
        flip integer not null,
        primary key (segment, profile)
    ) without rowid;
INSERT INTO "members" VALUES(1,1,1772366760000,'definition',1);
CREATE TABLE names (
        id integer primary key,
        name text not null unique
    );
INSERT INTO "names" VALUES(1,'export');
CREATE TABLE paths (
        id integer primary key,
        path text not null unique
    );
INSERT INTO "paths" VALUES(1,'["plan"]');
INSERT INTO "paths" VALUES(2,'["company","size"]');
INSERT INTO "paths" VALUES(3,'["company"]');
CREATE TABLE profiles (
        id integer primary key autoincrement,
        external text not null unique,
        email text,
        account integer references accounts (id),
        traits text not null default '{}'
    );
INSERT INTO "profiles" VALUES(1,'ann',NULL,1,'{"company":{"size":12},"plan":"pro"}');
INSERT INTO "profiles" VALUES(2,'bob',NULL,1,'{"plan":"free"}');
CREATE TABLE responses (
        id integer primary key autoincrement,
        profile integer not null,
        survey integer not null,
        action text not null check (action in ('seen', 'completed', 'dismissed', 'partial')),
        time integer not null,
        response blob,
        message blob,
        answers text
    );
CREATE TABLE revisions (
        segment integer not null,
        revision integer not null,
        text text not null,
        created integer not null,
        primary key (segment, revision)
    ) without rowid;
INSERT INTO "revisions" VALUES(1,1,'segment "pros"
  when trait.plan = "pro"
',1772366760000);
CREATE TABLE rollups (
        profile integer not null,
        name integer not null,
        count integer not null,
        first integer not null,
        last integer not null,
        primary key (profile, name)
    ) without rowid;
INSERT INTO "rollups" VALUES(1,1,1,1772366700000,1772366700000);
CREATE TABLE segments (
        id integer primary key autoincrement,
        name text not null,
        kind text not null default 'rule' check (kind in ('rule', 'manual')),
        revision integer not null,
        archived integer,
        stale integer not null default 0,
        error text,
        evaluated integer,
        took integer
    );
INSERT INTO "segments" VALUES(1,'pros','rule',1,NULL,0,NULL,1772366760000,13);
CREATE TABLE settings (
        name text primary key,
        value text not null
    ) without rowid;
INSERT INTO "settings" VALUES('arrival','1');
INSERT INTO "settings" VALUES('catalog','1');
INSERT INTO "settings" VALUES('change','3');
INSERT INTO "settings" VALUES('clock','1772366760000');
INSERT INTO "settings" VALUES('flip','1');
INSERT INTO "settings" VALUES('zone','Europe/Zurich');
CREATE TABLE surveys (
        id integer primary key,
        key text not null unique
    );
CREATE TABLE trait_values (
        path integer not null,
        kind integer not null,
        value,
        profile integer not null,
        element integer not null,
        instant integer,
        primary key (path, kind, value, profile, element)
    ) without rowid;
INSERT INTO "trait_values" VALUES(1,4,'free',2,0,NULL);
INSERT INTO "trait_values" VALUES(1,4,'pro',1,0,NULL);
INSERT INTO "trait_values" VALUES(2,3,12.0,1,0,NULL);
INSERT INTO "trait_values" VALUES(3,1,'',1,0,NULL);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX profiles_account on profiles (account) where account is not null;
CREATE INDEX activity_changed on activity (changed);
CREATE UNIQUE INDEX events_message on events (message) where message is not null;
CREATE INDEX responses_profile on responses (profile, survey, time);
CREATE INDEX responses_survey on responses (survey, profile, time);
CREATE UNIQUE INDEX responses_response on responses (response) where response is not null;
CREATE UNIQUE INDEX responses_message on responses (message) where message is not null;
CREATE UNIQUE INDEX segments_name on segments (name) where archived is null;
CREATE INDEX members_profile on members (profile, segment);
CREATE INDEX history_segment on history (segment, left);
CREATE INDEX history_profile on history (profile, left);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('accounts',1);
INSERT INTO "sqlite_sequence" VALUES('profiles',2);
INSERT INTO "sqlite_sequence" VALUES('segments',1);
COMMIT;
