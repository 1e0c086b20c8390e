package io.cade.proxy.ftp;

import io.cade.proxy.line.LineVisitor;
import io.netty.handler.ssl.SslContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether data connections run in TLS: PBSZ and PROT (RFC 2228 §3, RFC 4217 §9). Owned by the
 * session's event loop.
 */
final class Protection {
  private final LineVisitor visitor;
  private boolean sized;
  private boolean secure;

  Protection(LineVisitor visitor) {
    this.visitor = visitor;
  }

  /** Answers PBSZ: TLS is a stream, so the only size is 0. */
  String size(String argument) {
    if (!visitor.secure()) {
      return "503 AUTH TLS comes first.";
    }
    if (!argument.matches("[0-9]{1,10}")) {
      return "501 PBSZ 0.";
    }
    sized = true;
    return "200 PBSZ=0";
  }

  /** Answers PROT. */
  String level(String argument) {
    if (!visitor.secure() || !sized) {
      return "503 AUTH TLS and PBSZ 0 come first.";
    }
    return switch (argument.toUpperCase(Locale.ROOT)) {
      case "P" -> {
        secure = true;
        yield "200 Data connections are in TLS.";
      }
      case "C" -> {
        if (visitor.services().limits().requireTls()) {
          yield "534 Data connections have to be in TLS.";
        }
        secure = false;
        yield "200 Data connections are in plain.";
      }
      case "S", "E" -> "536 TLS knows only C and P.";
      default -> "504 PROT P or PROT C.";
    };
  }

  /** TLS begins anew. */
  void reset() {
    sized = false;
    secure = false;
  }

  /** Whether a transfer may begin as things are. */
  boolean satisfied() {
    return secure || !visitor.services().limits().requireTls();
  }

  /** With what a data connection is protected; null for plain. */
  @Nullable SslContext context() {
    return secure ? visitor.tls() : null;
  }
}
