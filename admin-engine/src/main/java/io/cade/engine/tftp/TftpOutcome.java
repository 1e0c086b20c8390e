package io.cade.engine.tftp;

/** What became of a request: the counters of the server. */
public enum TftpOutcome {
  COMPLETED,
  /** The client ended the transfer, for example once it knew the size. */
  ABORTED_BY_CLIENT,
  /** No acknowledgement came any more. */
  GAVE_UP,
  /** The file could not be read to its end. */
  READ_FAILED,
  NOT_FOUND,
  /** The tree refused; its counters say why. */
  REFUSED,
  REFUSED_WRITE,
  REFUSED_MODE,
  REFUSED_MALFORMED,
  /** All transfers, or all of this client, are in use. */
  REFUSED_LIMIT,
  /** The same request again while it is being served. */
  DUPLICATE_REQUEST,
  /** A packet for a transfer from somebody else. */
  UNKNOWN_TID
}
