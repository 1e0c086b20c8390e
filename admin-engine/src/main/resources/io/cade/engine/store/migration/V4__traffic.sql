-- Whom services are protected from, and what their visitors have used.
CREATE TABLE protection (
  service  VARCHAR(63) NOT NULL PRIMARY KEY,
  allowed  INT         NOT NULL,
  denied   INT         NOT NULL,
  document VARCHAR(10485760) NOT NULL
);

CREATE TABLE service_traffic (
  service_index BIGINT      NOT NULL PRIMARY KEY,
  service       VARCHAR(63) NOT NULL,
  requests      BIGINT      NOT NULL,
  bytes_in      BIGINT      NOT NULL,
  bytes_out     BIGINT      NOT NULL,
  document      VARCHAR(10485760) NOT NULL
);
