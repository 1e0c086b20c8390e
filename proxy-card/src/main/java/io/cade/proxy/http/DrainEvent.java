package io.cade.proxy.http;

/** Tells a visitor's connection that the proxy is about to stop. */
enum DrainEvent {
  /** Finish what runs and then close. */
  DRAIN,
  /** Time is up: close at once. */
  CUT
}
