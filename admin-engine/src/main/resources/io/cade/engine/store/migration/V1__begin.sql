-- The current state: one document per entity, keyed as the model keys it.
CREATE TABLE entity (
  kind     VARCHAR(16)  NOT NULL,
  id       VARCHAR(300) NOT NULL,
  document VARCHAR(16777216) NOT NULL,
  PRIMARY KEY (kind, id)
);

-- One row: how far the log has been applied, and the counters of the model.
CREATE TABLE progress (
  one               INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  log_position      BIGINT  NOT NULL,
  next_alarm        BIGINT  NOT NULL,
  next_notification BIGINT  NOT NULL,
  next_service      BIGINT  NOT NULL,
  next_command      BIGINT  NOT NULL
);
INSERT INTO progress VALUES (1, 0, 1, 1, 1, 1);

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
