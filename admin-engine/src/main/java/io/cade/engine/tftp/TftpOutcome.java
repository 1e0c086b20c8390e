package io.cade.engine.tftp;

/** What became of requests, transfers and single packets: the counters of the server. */
public enum TftpOutcome {
  /** A file was read to its end. */
  COMPLETED,
  /** A file was written to its end and is durable. */
  UPLOADED,
  /** The client ended the transfer, for example once it knew the size. */
  ABORTED_BY_CLIENT,
  /** Nothing came any more. */
  GAVE_UP,
  /** No place was left, and a new request took that of a transfer nobody had ever answered. */
  GAVE_WAY,
  /** The file could not be read to its end. */
  READ_FAILED,
  /** The file could not be written. */
  WRITE_FAILED,
  /** A file being written reached a limit. */
  WRITE_LIMIT,
  NOT_FOUND,
  /** The tree refused; its counters say why. */
  REFUSED,
  /** Not a path that is open for writing, or the file is there already. */
  REFUSED_WRITE,
  REFUSED_MODE,
  REFUSED_MALFORMED,
  /** All transfers are in use, or no port was left. */
  REFUSED_LIMIT,
  /** All transfers of this client are in use. */
  REFUSED_CLIENT_LIMIT,
  /** The same request again while it is being served. */
  DUPLICATE_REQUEST,
  /** A packet for a transfer from somebody else. */
  UNKNOWN_TID,
  /** Something was sent again because no answer came. */
  RETRANSMITTED,
  /** Packets were dropped here because the socket's queue was full. */
  SEND_DROPPED
}
