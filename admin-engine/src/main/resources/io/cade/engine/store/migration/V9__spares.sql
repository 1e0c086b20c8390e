-- How many free cards are kept back to take the place of failed ones: one row, or none.
CREATE TABLE spare_pool (
  name     VARCHAR(16) NOT NULL PRIMARY KEY,
  cards    INT         NOT NULL,
  document VARCHAR(10485760) NOT NULL
);
