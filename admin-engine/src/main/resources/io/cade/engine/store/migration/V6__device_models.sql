-- Models of devices: their versions, what is on its way, and what is on record about each device.
CREATE TABLE device_model (
  type            VARCHAR(32) NOT NULL PRIMARY KEY,
  current_version INTEGER     NOT NULL,
  newest_version  INTEGER     NOT NULL,
  document        VARCHAR(10485760) NOT NULL
);

CREATE TABLE apply_run (
  type          VARCHAR(32) NOT NULL PRIMARY KEY,
  model_version INTEGER     NOT NULL,
  stage         VARCHAR(16) NOT NULL,
  begun         TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  document      VARCHAR(10485760) NOT NULL
);

CREATE TABLE device (
  card_position VARCHAR(16) NOT NULL PRIMARY KEY,
  given         VARCHAR(64) NOT NULL,
  differences   INTEGER     NOT NULL,
  document      VARCHAR(10485760) NOT NULL
);
