package io.cade.engine.model;

/** Perceived severity (ITU-T X.733 §8.1.2.3), worst first. */
public enum Severity {
  CRITICAL,
  MAJOR,
  MINOR,
  WARNING
}
