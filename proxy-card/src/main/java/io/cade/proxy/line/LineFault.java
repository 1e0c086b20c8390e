package io.cade.proxy.line;

/**
 * Why what arrived is no line. After a fault nothing more is read: where the next line would begin
 * is a guess, and two parties that guess differently are what injected commands live from.
 */
public enum LineFault {
  /** Longer than allowed. */
  TOO_LONG("line too long"),
  /** A line feed without a carriage return before it. */
  BARE_LF("a line ends with CR LF"),
  /** A carriage return that ends no line. */
  BARE_CR("a carriage return stands only at the end of a line"),
  /** NUL or another control character. */
  CONTROL_CHARACTER("control characters are not allowed"),
  /** IAC followed by nothing that Telnet knows (RFC 854). */
  TELNET("not a Telnet command");

  private final String text;

  LineFault(String text) {
    this.text = text;
  }

  /** For the other side. */
  public String text() {
    return text;
  }
}
