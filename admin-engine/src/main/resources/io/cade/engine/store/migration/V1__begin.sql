-- The current state: one table for each kind of entity, with its key, columns for people's
-- queries, and the document from which the engine makes it again.
CREATE TABLE card (
  card_position VARCHAR(8)  NOT NULL PRIMARY KEY,
  role          VARCHAR(16) NOT NULL,
  state         VARCHAR(16) NOT NULL,
  mac           VARCHAR(17) NOT NULL,
  since         TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  document      VARCHAR(10485760) NOT NULL
);

CREATE TABLE lease (
  card_position VARCHAR(8)  NOT NULL PRIMARY KEY,
  mac           VARCHAR(17) NOT NULL,
  address       VARCHAR(45) NOT NULL,
  expires_at    TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  document      VARCHAR(10485760) NOT NULL
);

CREATE TABLE service (
  name          VARCHAR(63) NOT NULL PRIMARY KEY,
  service_index INTEGER     NOT NULL,
  kind          VARCHAR(64) NOT NULL,
  phase         VARCHAR(16) NOT NULL,
  cards         INTEGER     NOT NULL,
  document      VARCHAR(10485760) NOT NULL
);

CREATE TABLE command_queue (
  card_position VARCHAR(8) NOT NULL PRIMARY KEY,
  waiting       INTEGER    NOT NULL,
  document      VARCHAR(10485760) NOT NULL
);

CREATE TABLE alarm (
  alarm_key VARCHAR(300) NOT NULL PRIMARY KEY,
  sequence  BIGINT       NOT NULL,
  severity  VARCHAR(16)  NOT NULL,
  raised_at TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  document  VARCHAR(10485760) NOT NULL
);

CREATE TABLE notification (
  sequence       BIGINT  NOT NULL PRIMARY KEY,
  alarm_sequence BIGINT  NOT NULL,
  cleared        BOOLEAN NOT NULL,
  document       VARCHAR(10485760) NOT NULL
);

CREATE TABLE swap (
  sequence      BIGINT     NOT NULL PRIMARY KEY,
  card_position VARCHAR(8) NOT NULL,
  at            TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  document      VARCHAR(10485760) NOT NULL
);

-- One row: how far the log has been applied, and the counters of the model.
CREATE TABLE progress (
  one               INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  log_position      BIGINT  NOT NULL,
  next_alarm        BIGINT  NOT NULL,
  next_notification BIGINT  NOT NULL,
  next_service      INTEGER NOT NULL,
  next_command      BIGINT  NOT NULL,
  next_swap         BIGINT  NOT NULL
);
INSERT INTO progress VALUES (1, 0, 1, 1, 1, 1, 1);

-- Every alarm, active ones included.
CREATE TABLE alarm_history (
  sequence        BIGINT       NOT NULL PRIMARY KEY,
  type            VARCHAR(32)  NOT NULL,
  source          VARCHAR(255) NOT NULL,
  severity        VARCHAR(16)  NOT NULL,
  text            VARCHAR(2048) NOT NULL,
  raised_at       TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  cleared_at      TIMESTAMP(6) WITH TIME ZONE,
  acknowledged_by VARCHAR(64)  NOT NULL
);
CREATE INDEX alarm_history_active ON alarm_history (type, source, cleared_at);

-- Every management action.
CREATE TABLE audit (
  log_position BIGINT      NOT NULL,
  item         INTEGER     NOT NULL,
  at           TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  who          VARCHAR(64) NOT NULL,
  action       VARCHAR(1024) NOT NULL,
  outcome      VARCHAR(1024) NOT NULL,
  PRIMARY KEY (log_position, item)
);
