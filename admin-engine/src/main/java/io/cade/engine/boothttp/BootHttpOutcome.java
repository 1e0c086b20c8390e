package io.cade.engine.boothttp;

/** What became of requests and connections: the counters of the boot HTTP server. */
public enum BootHttpOutcome {
  /** A whole file, or its headers, went out. */
  SERVED,
  /** A part of a file went out. */
  SERVED_PART,
  /** The client has the newest content already. */
  NOT_MODIFIED,
  NOT_FOUND,
  /** The tree refused; its counters say why. */
  REFUSED,
  /** Not HTTP, a doubtful target, a body, no Host. */
  REFUSED_REQUEST,
  /** Neither GET nor HEAD. */
  REFUSED_METHOD,
  /** A range beyond the end. */
  REFUSED_RANGE,
  /** A file could not be opened. */
  FAILED,
  /** A file was not sent to its end: the client went away, or the file could not be read. */
  ABORTED,
  /** All connections are in use. */
  REFUSED_CONNECTIONS,
  /** All connections of this client are in use. */
  REFUSED_CLIENT_CONNECTIONS,
  /** No complete request came for too long. */
  CUT_IDLE,
  /** The client took its answer too slowly. */
  CUT_SLOW
}
