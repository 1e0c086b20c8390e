-- Boot images that were imported.
CREATE TABLE boot_image (
  digest       VARCHAR(71) NOT NULL PRIMARY KEY,
  name         VARCHAR(64) NOT NULL,
  version      VARCHAR(64) NOT NULL,
  build        BIGINT      NOT NULL,
  architecture VARCHAR(16) NOT NULL,
  used         BOOLEAN     NOT NULL,
  document     VARCHAR(10485760) NOT NULL
);
