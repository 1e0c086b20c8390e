package io.cade.engine.cli;

import io.cade.agent.wire.DataSteps;
import io.cade.agent.wire.Setting;
import io.cade.image.boot.ImageSigner;
import io.cade.image.bundle.Bundle.Target;
import io.cade.image.bundle.BundleBuilder;
import io.cade.image.bundle.FromVersions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code update build} for a service: its content, files of its configuration, its data. */
final class ServiceBundle {
  static final String SERVICE = "--service";
  private static final String NAME = "--name";
  private static final String VERSION = "--version";
  private static final String CONTENT = "--content";
  private static final String CONFIG = "--config";
  private static final String MIGRATE = "--migrate";
  private static final String MIGRATE_WITHIN = "--migrate-within";
  private static final List<String> ALL =
      List.of(NAME, VERSION, CONTENT, CONFIG, MIGRATE, MIGRATE_WITHIN);

  private static final Duration STANDARD_TIME = Duration.ofMinutes(1);

  private ServiceBundle() {}

  static void addTo(CommandSpec build) {
    build.addOption(CommandTree.option(SERVICE, "NAME", "Service that the bundle is for.").build());
    build.addOption(
        CommandTree.option(NAME, "NAME", "Of the bundle, with --service; the service's.").build());
    build.addOption(
        CommandTree.option(VERSION, "VERSION", "Of the bundle, with --service.").build());
    build.addOption(
        CommandTree.option(
                CONTENT, "DIR", "The service's whole content; if not given it stays as it is.")
            .build());
    build.addOption(
        CommandTree.option(
                CONFIG,
                "PATH=FILE",
                "File that takes the place of PATH in the service's content; may be repeated.")
            .type(String[].class)
            .build());
    build.addOption(
        CommandTree.option(
                MIGRATE,
                "PROGRAM",
                "Carries the service's data over on each card: PROGRAM up FROM TO DIRECTORY, and"
                    + " PROGRAM down TO FROM DIRECTORY on the way back.")
            .build());
    build.addOption(
        CommandTree.option(MIGRATE_WITHIN, "TIME", "Time that one run of it may take; 1min.")
            .build());
  }

  /**
   * Refuses the options of a service's bundle where there is no service.
   *
   * @throws CommandFailure when there is one
   */
  static void refuse(ParseResult leaf) throws CommandFailure {
    for (String option : ALL) {
      if (leaf.hasMatchedOption(option)) {
        throw usage(option + " is about a service: name it with --service");
      }
    }
  }

  static BundleBuilder.Built write(ParseResult leaf, Path out, ImageSigner signer)
      throws IOException, CommandFailure {
    String service = leaf.matchedOptionValue(SERVICE, "");
    if (!leaf.hasMatchedOption(VERSION)) {
      throw usage("a bundle for a service needs its --version");
    }
    if (leaf.hasMatchedOption(UpdateTree.ROLE)) {
      throw usage("--role is about boot images");
    }
    Path content = path(leaf, CONTENT);
    Path program = path(leaf, MIGRATE);
    Map<String, Path> files = files(leaf);
    if (content == null && program == null && files.isEmpty()) {
      throw usage("there is nothing in the bundle: name --content, --config or --migrate");
    }
    if (program == null && leaf.hasMatchedOption(MIGRATE_WITHIN)) {
      throw usage(MIGRATE_WITHIN + " is about a program: name it with " + MIGRATE);
    }
    Instant newest = newest(content, program, files);
    BundleBuilder builder =
        new BundleBuilder(
            leaf.matchedOptionValue(NAME, service),
            leaf.matchedOptionValue(VERSION, ""),
            newest.getEpochSecond(),
            newest,
            new Target("any", "server"),
            FromVersions.parse(leaf.matchedOptionValue(UpdateTree.FROM, "")));
    Path packed = Files.createTempFile("cade-content-", ".zip");
    try {
      if (content != null) {
        try (OutputStream to = Files.newOutputStream(packed)) {
          ContentZip.write(content, to);
        }
        builder.servicePackage(service, "content.zip", packed);
      }
      files.forEach((path, file) -> builder.configuration(service, path, file));
      if (program != null) {
        requireProgram(program);
        builder.migration(service, "migrate", program, seconds(leaf));
      }
      return builder.write(out, signer);
    } finally {
      Files.deleteIfExists(packed);
    }
  }

  private static @Nullable Path path(ParseResult leaf, String option) throws CommandFailure {
    return leaf.hasMatchedOption(option)
        ? UpdateDesk.path(leaf.matchedOptionValue(option, ""))
        : null;
  }

  private static Map<String, Path> files(ParseResult leaf) throws CommandFailure {
    Map<String, Path> files = new TreeMap<>();
    for (String each : leaf.matchedOptionValue(CONFIG, new String[0])) {
      int equals = each.indexOf('=');
      if (equals < 1 || equals == each.length() - 1) {
        throw usage("'" + Words.printable(each) + "' is not of the form PATH=FILE");
      }
      Path file = UpdateDesk.path(each.substring(equals + 1));
      if (!Files.isRegularFile(file)) {
        throw new CommandFailure(ExitCode.FAILED, "there is no file " + file);
      }
      if (files.put(each.substring(0, equals), file) != null) {
        throw usage(each.substring(0, equals) + " is named twice");
      }
    }
    return files;
  }

  /** The newest of all files: the time of the bundle, so that the same files give the same one. */
  private static Instant newest(
      @Nullable Path content, @Nullable Path program, Map<String, Path> files) throws IOException {
    List<Path> all = new ArrayList<>(files.values());
    if (program != null) {
      all.add(program);
    }
    if (content != null) {
      try (Stream<Path> walk = Files.walk(content)) {
        walk.filter(Files::isRegularFile).forEach(all::add);
      }
    }
    Instant newest = Instant.EPOCH;
    for (Path each : all) {
      Instant time = Files.getLastModifiedTime(each).toInstant();
      newest = time.isAfter(newest) ? time : newest;
    }
    return newest;
  }

  private static void requireProgram(Path program) throws IOException, CommandFailure {
    byte[] begin;
    try (InputStream in = Files.newInputStream(program)) {
      begin = in.readNBytes(4);
    }
    boolean script = begin.length > 2 && begin[0] == '#' && begin[1] == '!';
    boolean binary = begin.length == 4 && begin[0] == 0x7f && begin[1] == 'E' && begin[2] == 'L';
    if (!script && !binary) {
      throw new CommandFailure(
          ExitCode.FAILED,
          program + " is no program: it begins neither with #! and an interpreter, nor is it ELF");
    }
    if (Files.size(program) > DataSteps.MAX_PROGRAM_BYTES) {
      throw new CommandFailure(
          ExitCode.FAILED,
          program + " is larger than " + (DataSteps.MAX_PROGRAM_BYTES >> 20) + " MiB");
    }
  }

  private static int seconds(ParseResult leaf) throws CommandFailure {
    String text = leaf.matchedOptionValue(MIGRATE_WITHIN, "");
    Duration time = text.isEmpty() ? STANDARD_TIME : Setting.duration(text);
    if (time == null || time.toSeconds() < 1 || time.toSeconds() > DataSteps.MAX_SECONDS) {
      throw usage(MIGRATE_WITHIN + " is a duration like 30s or 10min, 1s to 1h");
    }
    return (int) time.toSeconds();
  }

  private static CommandFailure usage(String what) {
    return new CommandFailure(ExitCode.USAGE, what);
  }
}
