-- Cards on their way to another boot image.
CREATE TABLE image_update (
  name     VARCHAR(64) NOT NULL PRIMARY KEY,
  version  VARCHAR(64) NOT NULL,
  stage    VARCHAR(16) NOT NULL,
  cards    INT         NOT NULL,
  document VARCHAR(10485760) NOT NULL
);
