package io.cade.proxy.line;

/** What is refused and counted, in {@code ProxyStatistics} under the constant's name. */
public enum LineRefusal {
  /** What arrived was no line of the protocol. */
  BAD_LINE,
  /** As many connections from one address as allowed. */
  TOO_MANY_OF_VISITOR,
  /** Plain text behind the command that switches to TLS: thrown away (RFC 3207 §6 for its like). */
  PIPELINED_BEFORE_TLS,
  /** TLS for a name that is no site's. */
  UNKNOWN_SERVER_NAME,
  /** A login without TLS where that is required. */
  LOGIN_WITHOUT_TLS,
  /** A login that names no site, or one without this protocol. */
  LOGIN_WITHOUT_SITE,
  /** A login that names another site than the TLS session or HOST. */
  LOGIN_AT_OTHER_SITE,
  /** User name or password refused by the card. */
  LOGIN_FAILED,
  /** So many failed logins from one network that not even the card was asked. */
  CREDENTIAL_GUESSING,
  /** No card of the site could be reached. */
  NO_CARD,
  /** PORT or EPRT with an address that is not the visitor's, or a privileged port. */
  FTP_BOUNCE,
  /** A data connection from another address than the visitor's. */
  FTP_DATA_THEFT,
  /** No passive port was free. */
  FTP_NO_PORT,
  /** One address waits at as many passive ports as it may. */
  FTP_PORTS_OF_VISITOR
}
