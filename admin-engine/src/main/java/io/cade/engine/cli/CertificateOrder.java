package io.cade.engine.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code service certificate}: shows, takes in, orders or removes what a service's sites show. */
final class CertificateOrder {
  static final String CHAIN = "--chain";
  static final String KEY = "--key";
  static final String OCSP = "--ocsp";
  static final String ACME = "--acme";
  static final String REMOVE = "--remove";

  /** What the API takes, bytes. */
  private static final int MAX_BYTES = 1 << 17;

  private CertificateOrder() {}

  static void addTo(CommandTree tree, CommandSpec service) {
    CommandSpec certificate =
        tree.add(
            service,
            "certificate",
            new Action.ServiceCertificate(),
            "Shows the certificate of a service's sites, or gives them another one. Connections"
                + " that stand are not touched.",
            "service certificate shop",
            "service certificate shop --chain shop-fullchain.pem --key shop-key.pem",
            "service certificate shop --acme",
            "service certificate shop --remove");
    certificate.addPositional(CommandTree.argument("NAME", "Name of the service.").build());
    certificate.addOption(
        CommandTree.option(
                CHAIN, "FILE", "Its certificate and those of its issuers in order, in PEM.")
            .build());
    certificate.addOption(
        CommandTree.option(KEY, "FILE", "The key to it, in PEM, not encrypted.").build());
    certificate.addOption(
        CommandTree.option(
                OCSP, "FILE", "The authority's OCSP response (DER), to be shown with it.")
            .build());
    certificate.addOption(
        CommandTree.option(
                ACME,
                "",
                "Ordered, and renewed in time, from the authority in the engine's configuration."
                    + " Again: try at once.")
            .arity("0")
            .type(boolean.class)
            .build());
    certificate.addOption(
        CommandTree.option(REMOVE, "", "Back to a certificate of the module's own authority.")
            .arity("0")
            .type(boolean.class)
            .build());
  }

  static ApiClient.Answer send(ApiClient client, String path, ParseResult leaf)
      throws CommandFailure {
    boolean chain = leaf.hasMatchedOption(CHAIN);
    boolean key = leaf.hasMatchedOption(KEY);
    boolean acme = leaf.hasMatchedOption(ACME);
    if (acme || leaf.hasMatchedOption(REMOVE)) {
      if (chain || key || leaf.hasMatchedOption(OCSP) || (acme && leaf.hasMatchedOption(REMOVE))) {
        throw new CommandFailure(ExitCode.USAGE, "--acme and --remove stand alone");
      }
      return acme ? client.change("POST", path + "/acme") : client.change("DELETE", path);
    }
    if (chain != key || (leaf.hasMatchedOption(OCSP) && !chain)) {
      throw new CommandFailure(ExitCode.USAGE, "--chain and --key are given together");
    }
    return chain ? upload(client, path, leaf) : client.get(path);
  }

  private static ApiClient.Answer upload(ApiClient client, String path, ParseResult leaf)
      throws CommandFailure {
    Path bundle = null;
    try {
      StringBuilder pem = new StringBuilder();
      pem.append(text(leaf, CHAIN)).append('\n').append(text(leaf, KEY)).append('\n');
      if (leaf.hasMatchedOption(OCSP)) {
        pem.append("-----BEGIN OCSP RESPONSE-----\n")
            .append(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes(leaf, OCSP)))
            .append("\n-----END OCSP RESPONSE-----\n");
      }
      // Only its owner can read a temporary file.
      bundle = Files.createTempFile("cade-certificate-", ".pem");
      Files.writeString(bundle, pem, StandardCharsets.ISO_8859_1);
      return client.upload(path, "application/x-pem-file", bundle);
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, "nothing was sent: " + e);
    } finally {
      discard(bundle);
    }
  }

  private static String text(ParseResult leaf, String option) throws CommandFailure {
    return new String(bytes(leaf, option), StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(ParseResult leaf, String option) throws CommandFailure {
    Path file = Path.of(leaf.matchedOptionValue(option, ""));
    try (InputStream in = Files.newInputStream(file)) {
      // Not by the file's size: a device or a pipe has none.
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new CommandFailure(
            ExitCode.USAGE, file + " is larger than " + (MAX_BYTES >> 10) + " KiB");
      }
      return bytes;
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, "cannot read " + file + " after " + option);
    }
  }

  private static void discard(@Nullable Path file) {
    if (file != null) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        // Readable by its owner only; the command's own outcome is what counts.
      }
    }
  }
}
