-- Images of slots whose cards boot from the network, where it is not the image in use.
CREATE TABLE slot_image (
  card_position VARCHAR(16) NOT NULL PRIMARY KEY,
  stays         VARCHAR(80) NOT NULL,
  trial         VARCHAR(80) NOT NULL,
  attempts_left INT         NOT NULL,
  document      VARCHAR(10485760) NOT NULL
);
