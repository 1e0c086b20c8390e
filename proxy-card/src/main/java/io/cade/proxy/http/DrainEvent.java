package io.cade.proxy.http;

/** Tells a visitor's connection to finish what runs and then close. */
enum DrainEvent {
  DRAIN
}
