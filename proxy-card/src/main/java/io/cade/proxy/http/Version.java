package io.cade.proxy.http;

/** The protocol of a message that arrived here. */
enum Version {
  HTTP_1_0("1.0"),
  HTTP_1_1("1.1"),
  HTTP_2("2.0");

  private final String via;

  Version(String number) {
    this.via = number + " cade";
  }

  /** Whether interim responses and bodies of unknown length are understood. */
  boolean atLeast11() {
    return this != HTTP_1_0;
  }

  /** This hop's entry in Via for such a message. */
  String via() {
    return via;
  }
}
