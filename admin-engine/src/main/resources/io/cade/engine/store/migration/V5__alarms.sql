-- What surrounds the alarms: suppressed conditions, flapping, thresholds, receivers, rules.
CREATE TABLE suppressed_alarm (
  alarm_key     VARCHAR(300) NOT NULL PRIMARY KEY,
  suppressed_by VARCHAR(300) NOT NULL,
  since         TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  document      VARCHAR(10485760) NOT NULL
);

CREATE TABLE alarm_flaps (
  alarm_key VARCHAR(300) NOT NULL PRIMARY KEY,
  raises    INTEGER      NOT NULL,
  document  VARCHAR(10485760) NOT NULL
);

CREATE TABLE sensor_threshold (
  threshold_key VARCHAR(160) NOT NULL PRIMARY KEY,
  kind          VARCHAR(16)  NOT NULL,
  document      VARCHAR(10485760) NOT NULL
);

CREATE TABLE notification_receiver (
  name      VARCHAR(64) NOT NULL PRIMARY KEY,
  delivered BIGINT      NOT NULL,
  document  VARCHAR(10485760) NOT NULL
);

CREATE TABLE alarm_rule (
  name     VARCHAR(64) NOT NULL PRIMARY KEY,
  action   VARCHAR(32) NOT NULL,
  document VARCHAR(10485760) NOT NULL
);

ALTER TABLE alarm_history ADD COLUMN acknowledged_at TIMESTAMP(6) WITH TIME ZONE;
CREATE INDEX alarm_history_raised ON alarm_history (raised_at);
