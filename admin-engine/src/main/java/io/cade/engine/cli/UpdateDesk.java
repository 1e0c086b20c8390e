package io.cade.engine.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.cade.engine.update.BundleDepot;
import io.cade.image.Digests;
import io.cade.image.boot.ImageSigner;
import io.cade.image.bundle.Bundle;
import io.cade.image.bundle.BundleBuilder;
import io.cade.image.bundle.BundleCheck;
import io.cade.image.bundle.BundleReader;
import io.cade.image.bundle.Downgrade;
import io.cade.image.bundle.FromVersions;
import io.cade.image.trust.Notice;
import io.cade.image.trust.RepositoryWriter;
import io.cade.image.trust.Role;
import io.cade.image.trust.RoleKeyFiles;
import io.cade.image.trust.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.ParseResult;

/** What can be done about updates without an engine. Used by one thread. */
final class UpdateDesk {
  private final Surroundings surroundings;
  private final ImageDesk images;

  UpdateDesk(Surroundings surroundings, ImageDesk images) {
    this.surroundings = surroundings;
    this.images = images;
  }

  ApiClient.Answer carryOut(UpdateTree.Work work, ParseResult leaf) throws CommandFailure {
    try {
      return switch (work) {
        case KEYS -> keys(leaf);
        case BUILD -> build(leaf);
        case SHOW -> {
          Path file = path(leaf.matchedPositionalValue(0, ""));
          yield described(file, BundleReader.show(file), false);
        }
        case VERIFY -> {
          Path file = path(leaf.matchedPositionalValue(0, ""));
          Path work2 = Files.createTempDirectory("cade-verify-");
          try {
            yield described(
                file,
                BundleReader.verify(
                    file, images.authorities(leaf), surroundings.clock().instant(), work2),
                true);
          } finally {
            Files.deleteIfExists(work2);
          }
        }
        case PUBLISH -> publish(leaf);
        case WITHDRAW -> {
          String name = leaf.matchedPositionalValue(0, "");
          repository(leaf).withdraw(keyFiles(leaf), name, surroundings.clock().instant());
          yield told(name + " is withdrawn");
        }
        case RENEW -> {
          repository(leaf).renew(keyFiles(leaf), surroundings.clock().instant());
          yield told("snapshot and timestamp are signed anew");
        }
        case TRUST, CHECK, FETCH, IMPORT, LIST, REMOVE, START, STATUS, CANCEL ->
            throw new IllegalStateException("needs an engine");
      };
    } catch (java.nio.file.NoSuchFileException e) {
      throw new CommandFailure(ExitCode.FAILED, "there is no " + e.getMessage());
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
  }

  private ApiClient.Answer keys(ParseResult leaf) throws IOException, CommandFailure {
    int count = leaf.matchedOptionValue(UpdateTree.ROOT_KEYS, 2);
    int threshold = leaf.matchedOptionValue(UpdateTree.THRESHOLD, Math.min(2, count));
    if (count < 1 || count > RoleKeyFiles.MAX_KEYS || threshold < 1 || threshold > count) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "a root has 1 to " + RoleKeyFiles.MAX_KEYS + " keys, and a threshold of at most as many");
    }
    Path folder = path(leaf.matchedPositionalValue(0, ""));
    Instant now = surroundings.clock().instant();
    RepositoryWriter repository = repository(leaf);
    RoleKeyFiles fresh = new RoleKeyFiles(folder);
    fresh.make(
        Map.of(Role.ROOT, count, Role.TARGETS, 1, Role.SNAPSHOT, 1, Role.TIMESTAMP, 1),
        new SecureRandom());
    Map<Role, Integer> thresholds = Map.of(Role.ROOT, threshold);
    String old = leaf.matchedOptionValue(UpdateTree.OLD_KEYS, "");
    if (!old.isEmpty()) {
      Path root = repository.rotate(new RoleKeyFiles(path(old)), fresh, thresholds, now);
      return told(
          "the repository's root is " + root + ", signed by the old keys and the new ones",
          "modules follow at their next look; the keys in " + old + " are worth nothing then");
    }
    Path root = repository.create(fresh, thresholds, now);
    return told(
        "keys are in " + folder + "; move root-*.pem and targets-1.pem to where nobody is online",
        "give " + root + " to each module: update trust " + root);
  }

  private ApiClient.Answer build(ParseResult leaf) throws IOException, CommandFailure {
    Path out = path(leaf.matchedOptionValue(UpdateTree.OUT, ""));
    long about =
        Stream.of(UpdateTree.IMAGE, UpdateTree.ENGINE, ServiceBundle.SERVICE)
            .filter(leaf::hasMatchedOption)
            .count();
    if (about != 1) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "a bundle is of one boot image, for one service, or of one release of the engine: name"
              + " --image FILE, --service NAME or --engine TREE");
    }
    if (leaf.hasMatchedOption(ServiceBundle.SERVICE)) {
      ImageSigner signer = images.signer(leaf);
      return made(out, ServiceBundle.write(leaf, out, signer), signer);
    }
    ServiceBundle.refuse(leaf);
    if (leaf.hasMatchedOption(UpdateTree.ENGINE)) {
      if (leaf.hasMatchedOption(UpdateTree.ROLE)) {
        throw new CommandFailure(ExitCode.USAGE, "--role is about boot images");
      }
      Path release =
          Files.createTempFile(out.toAbsolutePath().resolveSibling(""), ".release-", ".tmp");
      try {
        ImageSigner signer = images.signer(leaf);
        BundleBuilder.Built built =
            BundleBuilder.ofEngine(
                    path(leaf.matchedOptionValue(UpdateTree.ENGINE, "")),
                    release,
                    FromVersions.parse(leaf.matchedOptionValue(UpdateTree.FROM, "")),
                    signer)
                .write(out, signer);
        return made(out, built, signer);
      } finally {
        Files.deleteIfExists(release);
      }
    }
    ImageSigner signer = images.signer(leaf);
    BundleBuilder.Built built =
        BundleBuilder.ofImage(
                path(leaf.matchedOptionValue(UpdateTree.IMAGE, "")),
                leaf.matchedOptionValue(UpdateTree.ROLE, "server"),
                FromVersions.parse(leaf.matchedOptionValue(UpdateTree.FROM, "")))
            .write(out, signer);
    return made(out, built, signer);
  }

  private static ApiClient.Answer made(Path file, BundleBuilder.Built built, ImageSigner signer)
      throws IOException {
    String name = signer.chain().getFirst().getSubjectX500Principal().getName();
    return json(file, built.bundle(), built.digest(), name, true);
  }

  private static ApiClient.Answer described(Path file, BundleCheck check, boolean proven)
      throws IOException, CommandFailure {
    return switch (check) {
      case BundleCheck.Rejected r ->
          throw new CommandFailure(
              ExitCode.FAILED,
              file + (proven ? " must not be used: " : " is no update bundle: ") + r.reason());
      case BundleCheck.Accepted a -> json(file, a.bundle(), Digests.of(file), a.signer(), proven);
    };
  }

  private ApiClient.Answer publish(ParseResult leaf) throws IOException, CommandFailure {
    Path file = path(leaf.matchedPositionalValue(0, ""));
    Bundle bundle =
        switch (BundleReader.show(file)) {
          case BundleCheck.Rejected r ->
              throw new CommandFailure(
                  ExitCode.FAILED, file + " is no update bundle: " + r.reason());
          case BundleCheck.Accepted a -> a.bundle();
        };
    Notice notice =
        new Notice(
            bundle.name(),
            bundle.version(),
            bundle.build(),
            bundle.from().rules(),
            leaf.matchedOptionValue(UpdateTree.PROFILE, "any"),
            List.of(leaf.matchedOptionValue(UpdateTree.SCOPE, "*").split("\\s*,\\s*", -1)),
            severity(leaf.matchedOptionValue(UpdateTree.SEVERITY, "recommended")),
            instant(leaf, UpdateTree.NOT_BEFORE),
            instant(leaf, UpdateTree.NOT_AFTER),
            leaf.matchedOptionValue(UpdateTree.WINDOW, ""),
            leaf.matchedOptionValue(UpdateTree.TEXT, ""));
    Target target =
        repository(leaf)
            .publish(
                keyFiles(leaf),
                bundle.name() + "-" + bundle.version() + ".cade",
                file,
                notice,
                surroundings.clock().instant());
    return told(
        target.name() + " is published as " + target.path(),
        "modules see it with update check until the timestamp ends in a day; update renew signs"
            + " it anew");
  }

  private static Notice.Severity severity(String word) throws CommandFailure {
    for (Notice.Severity severity : Notice.Severity.values()) {
      if (severity.name().toLowerCase(Locale.ROOT).equals(word)) {
        return severity;
      }
    }
    throw new CommandFailure(
        ExitCode.USAGE, "'" + word + "' is none of optional, recommended, security, critical");
  }

  private static long instant(ParseResult leaf, String option) throws CommandFailure {
    String text = leaf.matchedOptionValue(option, "");
    try {
      return text.isEmpty() ? 0 : Instant.parse(text).getEpochSecond();
    } catch (DateTimeException e) {
      throw new CommandFailure(
          ExitCode.USAGE, option + " is an instant like 2026-12-01T02:00:00Z, not '" + text + "'");
    }
  }

  private static RepositoryWriter repository(ParseResult leaf) throws CommandFailure {
    return new RepositoryWriter(
        path(leaf.matchedOptionValue(UpdateTree.REPOSITORY, "")),
        RepositoryWriter.Terms.standard());
  }

  private static RoleKeyFiles keyFiles(ParseResult leaf) throws CommandFailure {
    return new RoleKeyFiles(path(leaf.matchedOptionValue(UpdateTree.KEYS, "")));
  }

  static Path path(String text) throws CommandFailure {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new CommandFailure(ExitCode.USAGE, "'" + text + "' is no path");
    }
  }

  private static ApiClient.Answer json(
      Path file, Bundle bundle, String digest, String signer, boolean verified) throws IOException {
    ObjectNode root = JsonMapper.builder().build().createObjectNode();
    root.put("file", file.toString())
        .put("name", bundle.name())
        .put("version", bundle.version())
        .put("build", bundle.build())
        .put("created", bundle.created().toString())
        .put("architecture", bundle.target().architecture())
        .put("role", bundle.target().role())
        .put("digest", digest)
        .put("bytes", Files.size(file))
        .put("signer", signer)
        .put("verified", verified);
    ArrayNode from = root.putArray("from");
    bundle.from().rules().forEach(from::add);
    ArrayNode steps = root.putArray("steps");
    bundle.upgrade().forEach(step -> steps.add(BundleDepot.words(step)));
    ArrayNode back = root.putArray("wayBack");
    Downgrade.of(bundle).steps().forEach(step -> back.add(BundleDepot.words(step)));
    return new ApiClient.Answer(200, root.toString());
  }

  /** Lines for people, and for {@code --json} the same as a list. */
  static ApiClient.Answer told(String... lines) {
    ObjectNode root = JsonMapper.builder().build().createObjectNode();
    ArrayNode list = root.putArray("lines");
    for (String line : lines) {
      list.addObject().put("text", line);
    }
    return new ApiClient.Answer(200, root.toString());
  }
}
