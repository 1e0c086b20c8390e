-- Addresses of dynamic pools that are taken or locked.
CREATE TABLE pool_lease (
  address    VARCHAR(15)  NOT NULL PRIMARY KEY,
  state      VARCHAR(16)  NOT NULL,
  client     VARCHAR(520) NOT NULL,
  mac        VARCHAR(17)  NOT NULL,
  expires_at TIMESTAMP(6) WITH TIME ZONE NOT NULL,
  document   VARCHAR(10485760) NOT NULL
);
