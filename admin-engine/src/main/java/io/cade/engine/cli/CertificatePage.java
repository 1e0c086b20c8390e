package io.cade.engine.cli;

import java.io.PrintStream;

/** How a service's certificate looks on a screen. */
final class CertificatePage {
  private CertificatePage() {}

  static void print(Fields certificate, PrintStream out, boolean colour) {
    Table table = new Table(colour, "CERTIFICATE OF", certificate.text("service"));
    table.row("source", certificate.text("source"));
    table.row("subject", certificate.text("subject"));
    table.row("issuer", certificate.text("issuer"));
    table.row("names", String.join(", ", certificate.texts("names")));
    table.row("valid from", certificate.text("from"));
    table.row("valid until", certificate.text("until"));
    table.row("SHA-256", certificate.text("fingerprint"));
    if (!certificate.text("acme").isEmpty()) {
      table.row("ACME", certificate.text("acme"));
      table.row("last error", Words.orDash(certificate.text("lastError")));
      table.row("next try", Words.orDash(certificate.text("nextTry")));
    }
    table.print(out);
  }
}
