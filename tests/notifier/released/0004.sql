BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
CREATE TABLE attempt (
	id INTEGER NOT NULL, 
	delivery INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	outcome VARCHAR(11) NOT NULL, 
	reply TEXT NOT NULL, 
	wording INTEGER, 
	worker INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(delivery) REFERENCES delivery (id)
);
INSERT INTO "attempt" VALUES(1,2,1796082386,'refused','550 5.1.1 No such user',1,1);
INSERT INTO "attempt" VALUES(2,1,1796082386,'accepted','250 2.0.0 Ok: queued',1,1);
INSERT INTO "attempt" VALUES(3,3,1796082386,'accepted','250 2.0.0 Ok: queued',1,1);
INSERT INTO "attempt" VALUES(4,4,1796082386,'deferred','450 4.2.0 Later',2,1);
INSERT INTO "attempt" VALUES(5,1,1764547000,'bounced','5.1.1 mailbox gone',NULL,NULL);
CREATE TABLE delivery (
	id INTEGER NOT NULL, 
	event_seq INTEGER NOT NULL, 
	channel VARCHAR(40) NOT NULL, 
	recipient TEXT NOT NULL, 
	language VARCHAR(35) NOT NULL, 
	accepted TEXT, 
	rank INTEGER NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	attempts INTEGER NOT NULL, 
	due_at BIGINT NOT NULL, 
	worker INTEGER, 
	changed_at BIGINT NOT NULL, 
	queued_at BIGINT DEFAULT '0' NOT NULL, first_at BIGINT, name TEXT, account TEXT, time_zone TEXT, written TEXT, 
	PRIMARY KEY (id), 
	UNIQUE (event_seq, channel, recipient), 
	FOREIGN KEY(event_seq) REFERENCES event (seq)
);
INSERT INTO "delivery" VALUES(1,11,'mail','back@example.org','en',NULL,1,'bounced',1,0,NULL,1796082386,0,1796082386,NULL,NULL,NULL,NULL);
INSERT INTO "delivery" VALUES(2,11,'mail','gone@example.org','en',NULL,1,'refused',1,0,NULL,1796082386,0,1796082386,NULL,NULL,NULL,NULL);
INSERT INTO "delivery" VALUES(3,11,'mail','sent@example.org','en',NULL,1,'sent',1,0,NULL,1796082386,0,1796082386,NULL,NULL,NULL,NULL);
INSERT INTO "delivery" VALUES(4,11,'mail','slow@example.org','de',NULL,1,'pending',1,1796082876,NULL,1796082386,0,1796082386,NULL,NULL,NULL,NULL);
INSERT INTO "delivery" VALUES(5,11,'mail','new@example.org','en',NULL,1,'pending',0,0,NULL,1796082386,0,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE erasure (
	digest VARCHAR(72) NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (digest)
);
CREATE TABLE event (
	seq INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	record TEXT NOT NULL, 
	ingested_at BIGINT NOT NULL, 
	released_at BIGINT, erased_at BIGINT, 
	PRIMARY KEY (seq), 
	UNIQUE (id)
);
INSERT INTO "event" VALUES(1,'tag:example.org,2026:policy/privacy/0/published','1dacc5ff486e86d1a9fab7c86773765f6897ba3d1669ab68dbba9edb50448493','past','{"authoritative_language": "en", "changes": [{"category": "retention", "sections": ["keep"]}], "consent": {"by": null, "required": false}, "editions": {}, "effective_at": "2024-01-05T00:00:00Z", "effective_date": "2024-01-05", "hash": "1dacc5ff486e86d1a9fab7c86773765f6897ba3d1669ab68dbba9edb50448493", "id": "tag:example.org,2026:policy/privacy/0/published", "identical_to": null, "language": null, "notice": {"days": 3, "exception": null, "preset": null}, "notice_at": "2024-01-02T00:00:00Z", "policy": "privacy", "prev": null, "previous_version": null, "published_at": "2024-01-02T00:00:00Z", "retroactive": false, "sections": [{"change": "modified", "id": "None-0"}], "seq": 1, "significance": "significant", "significance_declared": true, "source": {"commit": "0000000000000000000000000000000000000000"}, "supersedes": null, "time_zone": "Europe/Berlin", "type": "policy.version.published", "version": "0"}',1796082386,NULL,NULL);
INSERT INTO "event" VALUES(2,'tag:example.org,2026:policy/privacy/0/translated/de','8df6dd01849247fb6002e4ed3fdb952f05967a80574ded67ef80f39c95e785c3','past','{"authoritative_language": "en", "changes": [{"category": "retention", "sections": ["keep"]}], "consent": {"by": null, "required": false}, "editions": {}, "effective_at": "2024-01-05T00:00:00Z", "effective_date": "2024-01-05", "hash": "8df6dd01849247fb6002e4ed3fdb952f05967a80574ded67ef80f39c95e785c3", "id": "tag:example.org,2026:policy/privacy/0/translated/de", "identical_to": null, "language": "de", "notice": {"days": 3, "exception": null, "preset": null}, "notice_at": "2024-01-03T00:00:00Z", "policy": "privacy", "prev": "1dacc5ff486e86d1a9fab7c86773765f6897ba3d1669ab68dbba9edb50448493", "previous_version": null, "published_at": "2024-01-02T00:00:00Z", "retroactive": false, "sections": [{"change": "modified", "id": "None-0"}], "seq": 2, "significance": "significant", "significance_declared": true, "source": {"commit": "0000000000000000000000000000000000000000"}, "supersedes": null, "time_zone": "Europe/Berlin", "type": "policy.translation.published", "version": "0"}',1796082386,NULL,NULL);
INSERT INTO "event" VALUES(3,'tag:example.org,2026:policy/privacy/0/rescheduled','65694909083970bee0b0c0135a5b24cc7ef60a9f88680a39c14bc1180b21fc4d','past','{"authoritative_language": "en", "changes": [{"category": "retention", "sections": ["keep"]}], "consent": {"by": null, "required": false}, "editions": {}, "effective_at": "2024-01-06T00:00:00Z", "effective_date": "2024-01-06", "hash": "65694909083970bee0b0c0135a5b24cc7ef60a9f88680a39c14bc1180b21fc4d", "id": "tag:example.org,2026:policy/privacy/0/rescheduled", "identical_to": null, "language": null, "notice": {"days": 4, "exception": null, "preset": null}, "notice_at": "2024-01-04T00:00:00Z", "policy": "privacy", "prev": "8df6dd01849247fb6002e4ed3fdb952f05967a80574ded67ef80f39c95e785c3", "previous_version": null, "published_at": "2024-01-02T00:00:00Z", "retroactive": false, "sections": [{"change": "modified", "id": "None-0"}], "seq": 3, "significance": "minor", "significance_declared": true, "source": {"commit": "0000000000000000000000000000000000000000"}, "supersedes": "tag:example.org,2026:policy/privacy/0/published", "time_zone": "Europe/Berlin", "type": "policy.version.rescheduled", "version": "0"}',1796082386,NULL,NULL);
INSERT INTO "event" VALUES(4,'tag:example.org,2026:policy/privacy/0/effective','d885f320350af0dc6f78ac55bf0d585e21b6bb6114a06116d1566f6816b037c3','past','{"authoritative_language": "en", "changes": [{"category": "retention", "sections": ["keep"]}], "consent": {"by": null, "required": false}, "editions": {}, "effective_at": "2024-01-06T00:00:00Z", "effective_date": "2024-01-06", "hash": "d885f320350af0dc6f78ac55bf0d585e21b6bb6114a06116d1566f6816b037c3", "id": "tag:example.org,2026:policy/privacy/0/effective", "identical_to": null, "language": null, "notice": {"days": 4, "exception": null, "preset": null}, "notice_at": "2024-01-06T00:00:00Z", "policy": "privacy", "prev": "65694909083970bee0b0c0135a5b24cc7ef60a9f88680a39c14bc1180b21fc4d", "previous_version": null, "published_at": "2024-01-02T00:00:00Z", "retroactive": false, "sections": [{"change": "modified", "id": "None-0"}], "seq": 4, "significance": "minor", "significance_declared": true, "source": {"commit": "0000000000000000000000000000000000000000"}, "supersedes": null, "time_zone": "Europe/Berlin", "type": "policy.version.effective", "version": "0"}',1796082386,NULL,NULL);
INSERT INTO "event" VALUES(5,'tag:example.org,2026:policy/privacy/1/published','fc7550ed7360bd08d587e10f3ea369b3a8fc76c75853735cf3c5c5bc33dc1b82','past','{"authoritative_language": "en", "changes": [{"category": "retention", "sections": ["keep"]}], "consent": {"by": null, "required": false}, "editions": {}, "effective_at": "2024-01-11T00:00:00Z", "effective_date": "2024-01-11", "hash": "fc7550ed7360bd08d587e10f3ea369b3a8fc76c75853735cf3c5c5bc33dc1b82", "id": "tag:example.org,2026:policy/privacy/1/published", "identical_to": null, "language": null, "notice": {"days": 3, "exception": null, "preset": null}, "notice_at": "2024-01-08T00:00:00Z", "policy": "privacy", "prev": "d885f320350af0dc6f78ac55bf0d585e21b6bb6114a06116d1566f6816b037c3", "previous_version": "0", "published_at": "2024-01-08T00:00:00Z", "retroactive": false, "sections": [{"change": "modified", "id": "0-1"}], "seq": 5, "significance": "minor", "significance_declared": true, "source": {"commit": "0000000000000000000000000000000000000000"}, "supersedes": null, "time_zone": "Europe/Berlin", "type": "policy.version.published", "version": "1"}',1796082386,NULL,NULL);
INSERT INTO "event" VALUES(6,'tag:example.org,2026:policy/privacy/1/translated/de','2ff08b5b6362153f918cbef7a5b271b48c44c05ad1646699bf481b6da82560bd','past','{"authoritative_language": "en", "changes": [{"category": "retention", "sections": ["keep"]}], "consent": {"by": null, "required": false}, "editions": {}, "effective_at": "2024-01-11T00:00:00Z", "effective_date": "2024-01-11", "hash": "2ff08b5b6362153f918cbef7a5b271b48c44c05ad1646699bf481b6da82560bd", "id": "tag:example.org,2026:policy/privacy/1/translated/de", "identical_to": null, "language": "de", "notice": {"days": 3, "exception": null, "preset": null}, "notice_at": "2024-01-09T00:00:00Z", "policy": "privacy", "prev": "fc7550ed7360bd08d587e10f3ea369b3a8fc76c75853735cf3c5c5bc33dc1b82", "previous_version": "0", "published_at": "2024-01-08T00:00:00Z", "retroactive": false, "sections": [{"change": "modified", "id": "0-1"}], "seq": 6, "significance": "minor", "significance_declared": true, "source": {"commit": "0000000000000000000000000000000000000000"}, "supersedes": null, "time_zone": "Europe/Berlin", "type": "policy.translation.published", "version": "1"}',1796082386,NULL,NULL);
INSERT INTO "event" VALUES(7,'tag:example.org,2026:policy/privacy/1/effective','a41fe8d542f0c9d49d9189da4aaa10604874e5be192ade0f502b6368beed899f','past','{"authoritative_language": "en", "changes": [{"category": "retention", "sections": ["keep"]}], "consent": {"by": null, "required": false}, "editions": {}, "effective_at": "2024-01-11T00:00:00Z", "effective_date": "2024-01-11", "hash": "a41fe8d542f0c9d49d9189da4aaa10604874e5be192ade0f502b6368beed899f", "id": "tag:example.org,2026:policy/privacy/1/effective", "identical_to": null, "language": null, "notice": {"days": 3, "exception": null, "preset": null}, "notice_at": "2024-01-11T00:00:00Z", "policy": "privacy", "prev": "2ff08b5b6362153f918cbef7a5b271b48c44c05ad1646699bf481b6da82560bd", "previous_version": "0", "published_at": "2024-01-08T00:00:00Z", "retroactive": false, "sections": [{"change": "modified", "id": "0-1"}], "seq": 7, "significance": "minor", "significance_declared": true, "source": {"commit": "0000000000000000000000000000000000000000"}, "supersedes": null, "time_zone": "Europe/Berlin", "type": "policy.version.effective", "version": "1"}',1796082386,NULL,NULL);
INSERT INTO "event" VALUES(8,'tag:example.org,2026:policy/privacy/2/published','26d1bf03553fc3dc09341c942b26f8e1dc67da03c06a628501574963c790d86e','past','{"authoritative_language": "en", "changes": [{"category": "retention", "sections": ["keep"]}], "consent": {"by": null, "required": false}, "editions": {}, "effective_at": "2024-01-17T00:00:00Z", "effective_date": "2024-01-17", "hash": "26d1bf03553fc3dc09341c942b26f8e1dc67da03c06a628501574963c790d86e", "id": "tag:example.org,2026:policy/privacy/2/published", "identical_to": null, "language": null, "notice": {"days": 3, "exception": null, "preset": null}, "notice_at": "2024-01-14T00:00:00Z", "policy": "privacy", "prev": "a41fe8d542f0c9d49d9189da4aaa10604874e5be192ade0f502b6368beed899f", "previous_version": "1", "published_at": "2024-01-14T00:00:00Z", "retroactive": false, "sections": [{"change": "modified", "id": "1-2"}], "seq": 8, "significance": "editorial", "significance_declared": true, "source": {"commit": "0000000000000000000000000000000000000000"}, "supersedes": null, "time_zone": "Europe/Berlin", "type": "policy.version.published", "version": "2"}',1796082386,NULL,NULL);
INSERT INTO "event" VALUES(9,'tag:example.org,2026:policy/privacy/2/translated/de','ae35c4837ae02d8f0987b73db17a198626eab4c5c153cc42ac882cc06b076ef7','past','{"authoritative_language": "en", "changes": [{"category": "retention", "sections": ["keep"]}], "consent": {"by": null, "required": false}, "editions": {}, "effective_at": "2024-01-17T00:00:00Z", "effective_date": "2024-01-17", "hash": "ae35c4837ae02d8f0987b73db17a198626eab4c5c153cc42ac882cc06b076ef7", "id": "tag:example.org,2026:policy/privacy/2/translated/de", "identical_to": null, "language": "de", "notice": {"days": 3, "exception": null, "preset": null}, "notice_at": "2024-01-15T00:00:00Z", "policy": "privacy", "prev": "26d1bf03553fc3dc09341c942b26f8e1dc67da03c06a628501574963c790d86e", "previous_version": "1", "published_at": "2024-01-14T00:00:00Z", "retroactive": false, "sections": [{"change": "modified", "id": "1-2"}], "seq": 9, "significance": "editorial", "significance_declared": true, "source": {"commit": "0000000000000000000000000000000000000000"}, "supersedes": null, "time_zone": "Europe/Berlin", "type": "policy.translation.published", "version": "2"}',1796082386,NULL,NULL);
INSERT INTO "event" VALUES(10,'tag:example.org,2026:policy/privacy/2/effective','eb2b0539aa90f97b191a62d7feecc6ca3aa160ca822143ab466fe5dcfceb3aaf','past','{"authoritative_language": "en", "changes": [{"category": "retention", "sections": ["keep"]}], "consent": {"by": null, "required": false}, "editions": {}, "effective_at": "2024-01-17T00:00:00Z", "effective_date": "2024-01-17", "hash": "eb2b0539aa90f97b191a62d7feecc6ca3aa160ca822143ab466fe5dcfceb3aaf", "id": "tag:example.org,2026:policy/privacy/2/effective", "identical_to": null, "language": null, "notice": {"days": 3, "exception": null, "preset": null}, "notice_at": "2024-01-17T00:00:00Z", "policy": "privacy", "prev": "ae35c4837ae02d8f0987b73db17a198626eab4c5c153cc42ac882cc06b076ef7", "previous_version": "1", "published_at": "2024-01-14T00:00:00Z", "retroactive": false, "sections": [{"change": "modified", "id": "1-2"}], "seq": 10, "significance": "editorial", "significance_declared": true, "source": {"commit": "0000000000000000000000000000000000000000"}, "supersedes": null, "time_zone": "Europe/Berlin", "type": "policy.version.effective", "version": "2"}',1796082386,NULL,NULL);
INSERT INTO "event" VALUES(11,'tag:example.org,2026:policy/privacy/3/published','aafd9816aaf569f9f28a296d0e7fa236d9d211b9f15233bc2d714b6da321ac46','open','{"authoritative_language":"en","changes":[{"category":"retention","sections":["keep"]}],"consent":{"by":null,"required":false},"editions":{"de":{"changes_url":"https://example.org/legal/de/privacy/v/3/changes/","choices":null,"compare_url":"https://example.org/legal/de/privacy/compare/2/3/","impact":null,"language":"en","sha256":"ff3c5f8424454a7e047642178542e0bdc7c9ccccf497e99a96f762bf9d61ad75","status":"stale","summary":{"html":"<p>More.</p>","text":"More."},"title":"Privacy 0","version_url":"https://example.org/legal/de/privacy/v/3/"},"en":{"changes_url":"https://example.org/legal/en/privacy/v/3/changes/","choices":null,"compare_url":"https://example.org/legal/en/privacy/compare/2/3/","impact":null,"language":"en","sha256":"ff3c5f8424454a7e047642178542e0bdc7c9ccccf497e99a96f762bf9d61ad75","status":"authoritative","summary":{"html":"<p>More.</p>","text":"More."},"title":"Privacy 0","version_url":"https://example.org/legal/en/privacy/v/3/"}},"effective_at":"2024-01-23T00:00:00Z","effective_date":"2024-01-23","hash":"aafd9816aaf569f9f28a296d0e7fa236d9d211b9f15233bc2d714b6da321ac46","id":"tag:example.org,2026:policy/privacy/3/published","identical_to":null,"language":null,"notice":{"days":3,"exception":null,"preset":null},"notice_at":"2024-01-20T00:00:00Z","policy":"privacy","prev":"eb2b0539aa90f97b191a62d7feecc6ca3aa160ca822143ab466fe5dcfceb3aaf","previous_version":"2","published_at":"2024-01-20T00:00:00Z","retroactive":false,"sections":[{"change":"modified","id":"2-3"}],"seq":11,"significance":"significant","significance_declared":true,"source":{"commit":"0000000000000000000000000000000000000000"},"supersedes":null,"time_zone":"Europe/Berlin","type":"policy.version.published","version":"3"}',1796082386,NULL,NULL);
CREATE TABLE feed (
	only INTEGER NOT NULL, 
	url TEXT NOT NULL, 
	head_seq INTEGER NOT NULL, 
	head_hash VARCHAR(64), 
	etag TEXT, 
	last_modified TEXT, 
	read_at BIGINT NOT NULL, read_whole_at BIGINT DEFAULT '0' NOT NULL, 
	PRIMARY KEY (only)
);
INSERT INTO "feed" VALUES(1,'/srv/policy-notify/site/changes/v1/feed.json',11,'aafd9816aaf569f9f28a296d0e7fa236d9d211b9f15233bc2d714b6da321ac46',NULL,NULL,1796082386,0);
CREATE TABLE layout (
	number INTEGER NOT NULL, 
	secret VARCHAR(64) NOT NULL, 
	PRIMARY KEY (number)
);
INSERT INTO "layout" VALUES(1,'b28e9de57f370ab717ecdb3ad4735e88bac7ffba358c76376abb5899de881f13');
CREATE TABLE pass (
	event_seq INTEGER NOT NULL, 
	audience TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	cursor TEXT, 
	planned INTEGER NOT NULL, 
	unusable INTEGER NOT NULL, 
	is_finished BOOLEAN NOT NULL, 
	PRIMARY KEY (event_seq, audience), 
	FOREIGN KEY(event_seq) REFERENCES event (seq)
);
INSERT INTO "pass" VALUES(11,'people','sha256:abd846cce5905779f0044845b19fa94f84be6297c8e0c92a4c8a68e15436d075','130:7',5,0,1);
CREATE TABLE suppression (
	channel VARCHAR(40) NOT NULL, 
	recipient TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (channel, recipient)
);
CREATE TABLE unusable_row (
	event_seq INTEGER NOT NULL, 
	audience TEXT NOT NULL, 
	place TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (event_seq, audience, place), 
	FOREIGN KEY(event_seq) REFERENCES event (seq)
);
CREATE TABLE wording (
	id INTEGER NOT NULL, 
	event_seq INTEGER NOT NULL, 
	channel VARCHAR(40) NOT NULL, 
	language VARCHAR(35) NOT NULL, 
	accepted TEXT, 
	digest VARCHAR(64) NOT NULL, 
	subject TEXT NOT NULL, 
	text TEXT NOT NULL, 
	html TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (event_seq, channel, digest), 
	FOREIGN KEY(event_seq) REFERENCES event (seq)
);
INSERT INTO "wording" VALUES(1,11,'mail','en',NULL,'2b1124e3206560bb36978808c47c61be68eff13e18862b71e86bb017827ead30','Privacy 0: significant change from January 23, 2024','Text','<p>Text</p>');
INSERT INTO "wording" VALUES(2,11,'mail','de',NULL,'52a4d6f84dd7e604879fa28eda7b75951f7a3cd0756ebf401a9656c2ee78846d','Privacy 0: wesentliche Änderung ab dem 23. Januar 2024','Text','<p>Text</p>');
CREATE TABLE worker (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	lease_until BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX delivery_canary ON delivery (event_seq) WHERE rank = 0;
CREATE INDEX delivery_pending ON delivery (channel, due_at, event_seq, rank, id) WHERE state = 'pending';
CREATE INDEX delivery_taken ON delivery (worker) WHERE state IN ('claimed', 'sending', 'doubtful');
CREATE INDEX ix_attempt_delivery ON attempt (delivery);
COMMIT;
