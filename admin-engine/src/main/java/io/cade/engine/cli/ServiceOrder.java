package io.cade.engine.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParseResult;

/** {@code service create}: parameters in the query, the packed directory as body. */
record ServiceOrder(
    String name, String kind, List<String> hosts, int cards, List<String> settings) {
  /** Largest upload that the API takes, bytes. */
  private static final long MAX_UPLOAD = 64L << 20;

  static ServiceOrder of(ParseResult leaf) throws CommandFailure {
    int cards = leaf.matchedOptionValue(CommandTree.CARDS, 0);
    if (cards < 1) {
      throw new CommandFailure(
          ExitCode.USAGE, "--cards is " + cards + "; a service needs at least 1");
    }
    return new ServiceOrder(
        leaf.matchedPositionalValue(0, ""),
        leaf.matchedOptionValue(CommandTree.KIND, "static-site"),
        List.of(leaf.matchedOptionValue(CommandTree.HOST, new String[0])),
        cards,
        List.of(leaf.matchedOptionValue(CommandTree.SET, new String[0])));
  }

  /** Settings as the API takes them, each behind an ampersand. */
  static String query(List<String> settings) throws CommandFailure {
    StringBuilder query = new StringBuilder();
    for (String setting : settings) {
      if (setting.indexOf('=') < 1) {
        throw new CommandFailure(
            ExitCode.USAGE, "'" + Words.printable(setting) + "' is not of the form KEY=VALUE");
      }
      query.append("&set=").append(Runner.encode(setting));
    }
    return query.toString();
  }

  ApiClient.Answer send(ApiClient client, Path content) throws CommandFailure {
    return upload(client, "/api/v1/services?" + query(), content);
  }

  /** Packs a directory and sends it. */
  static ApiClient.Answer upload(ApiClient client, String path, Path content)
      throws CommandFailure {
    Path packed = null;
    try {
      // Only its owner can read a temporary file.
      packed = Files.createTempFile("cade-content-", ".zip");
      try (OutputStream out = Files.newOutputStream(packed)) {
        ContentZip.write(content, out);
      }
      if (Files.size(packed) > MAX_UPLOAD) {
        throw new CommandFailure(
            ExitCode.USAGE,
            content + " is larger than " + (MAX_UPLOAD >> 20) + " MiB packed; nothing was sent");
      }
      return client.upload(path, "application/zip", packed);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.FAILED, content + " cannot be packed; nothing was sent: " + e);
    } finally {
      discard(packed);
    }
  }

  private static void discard(@Nullable Path file) {
    if (file != null) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        // A temporary file more; the command's own outcome is what counts.
      }
    }
  }

  private String query() throws CommandFailure {
    StringBuilder query =
        new StringBuilder("name=")
            .append(Runner.encode(name))
            .append("&kind=")
            .append(Runner.encode(kind));
    hosts.forEach(host -> query.append("&host=").append(Runner.encode(host)));
    return query.append("&cards=").append(cards).append(query(settings)).toString();
  }
}
