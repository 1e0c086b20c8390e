package io.cade.engine.operate;

import io.cade.agent.wire.DataSteps;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.conduct.Rollouts;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.ImageUpdate;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServiceVersion;
import io.cade.image.PackageReader;
import io.cade.image.bundle.FromVersions;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Brings to a service what is in an update bundle (SPEC U1, U2): it becomes the next version of the
 * service's content, and goes to its cards as published ones do. Thread-safe; stages complete
 * exceptionally as those of {@link Operations} do.
 */
public final class ReleaseOperations {
  private final AuditedActions actions;
  private final ContentIntake intake;
  private final Executor blocking;

  ReleaseOperations(AuditedActions actions, ContentIntake intake, Executor blocking) {
    this.actions = actions;
    this.intake = intake;
    this.blocking = blocking;
  }

  /**
   * What is in the stores by then.
   *
   * @param on version that it was made from
   */
  private record Prepared(int on, String content, @Nullable String program) {}

  /**
   * Makes the next version of a service and begins to bring it to the cards.
   *
   * @param action in words, for the record
   */
  public CompletionStage<Service> start(Caller caller, String action, NewRelease order) {
    return actions
        .carryOut(
            caller,
            Role.OPERATOR,
            action,
            false,
            (cabinet, _) -> Decision.nothing(require(cabinet, order)))
        .thenComposeAsync(
            service -> {
              try {
                Prepared prepared = prepare(service, order);
                return actions.carryOut(
                    caller,
                    Role.OPERATOR,
                    action,
                    true,
                    (cabinet, now) -> add(cabinet, order, prepared, caller.user(), now));
              } catch (Refusal e) {
                return actions.<Service>refused(caller, action, e);
              } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
              }
            },
            blocking);
  }

  private static Service require(Cabinet cabinet, NewRelease order) throws Refusal {
    Service service = VersionOperations.require(cabinet, order.way().checked());
    for (ImageUpdate each : cabinet.updates().values()) {
      if (each.stage().isActive()) {
        throw conflict(
            "the update to "
                + each.name()
                + ":"
                + each.image().version()
                + " is under way: wait for it, or cancel it");
      }
    }
    ServiceVersion current = service.version();
    ServiceVersion.Release has = current.release();
    String label = order.release().label();
    if (has != null && has.bundle().equals(order.release().bundle())) {
      throw conflict(
          "service "
              + service.name()
              + " has "
              + label
              + " already, as version "
              + current.number());
    }
    if (!follows(current, order)) {
      throw conflict(
          "service %s has %s, and %s may follow on %s"
              .formatted(
                  service.name(),
                  has == null
                      ? "version " + current.number() + ", which no bundle brought"
                      : has.label() + " (its version " + current.number() + ")",
                  label,
                  String.join(", ", order.from())));
    }
    if (order.program() != null && current.data().steps().size() >= DataSteps.MAX) {
      throw conflict(
          "the data of service "
              + service.name()
              + " have been carried over "
              + DataSteps.MAX
              + " times, and more programs are not kept");
    }
    return service;
  }

  /** Versions of another product say nothing, whatever their numbers. */
  private static boolean follows(ServiceVersion current, NewRelease order) {
    FromVersions from = new FromVersions(order.from());
    ServiceVersion.Release has = current.release();
    boolean stranger = has != null && !has.name().equals(order.release().name());
    return stranger ? from.rules().contains("any") : from.accepts(current.label());
  }

  private Prepared prepare(Service service, NewRelease order) throws Refusal, IOException {
    Path program = order.program();
    String kept = null;
    if (program != null) {
      if (Files.size(program) > DataSteps.MAX_PROGRAM_BYTES) {
        throw new Refusal(
            Refusal.Kind.LIMIT,
            "the program for the data is larger than "
                + (DataSteps.MAX_PROGRAM_BYTES >> 20)
                + " MiB");
      }
      Path copy = intake.contents().temporary();
      try {
        Files.copy(program, copy, StandardCopyOption.REPLACE_EXISTING);
        kept = intake.contents().adopt(copy).digest();
      } finally {
        Files.deleteIfExists(copy);
      }
    }
    return new Prepared(service.version().number(), content(service, order), kept);
  }

  private String content(Service service, NewRelease order) throws Refusal, IOException {
    String kind = service.definition().kind();
    Path whole = order.content();
    String current = service.version().contentDigest();
    if (order.files().isEmpty()) {
      return whole == null ? current : intake.take(kind, whole);
    }
    if (whole == null) {
      whole =
          intake
              .contents()
              .find(current)
              .orElseThrow(() -> new IOException("the content " + current + " is gone"));
    }
    Path unpacked = Files.createTempDirectory("cade-release");
    Path merged = intake.newUpload();
    try {
      ContentArchive.unpack(whole, unpacked);
      for (Map.Entry<String, Path> each : order.files().entrySet()) {
        put(unpacked, each.getKey(), each.getValue());
      }
      pack(unpacked, merged);
      return intake.take(kind, merged);
    } finally {
      Files.deleteIfExists(merged);
      PackageReader.deleteTree(unpacked);
    }
  }

  private static void put(Path content, String path, Path file) throws Refusal, IOException {
    Path target = content.resolve(path).normalize();
    if (!target.startsWith(content) || target.equals(content) || Files.isDirectory(target)) {
      throw new Refusal(
          Refusal.Kind.INVALID, "the bundle's configuration " + path + " is no file of a content");
    }
    try {
      Files.createDirectories(target.getParent());
    } catch (FileAlreadyExistsException e) {
      throw new Refusal(
          Refusal.Kind.INVALID,
          "the bundle's configuration " + path + " is below what is a file in the content");
    }
    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void pack(Path content, Path zip) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(content)) {
      files = walk.filter(Files::isRegularFile).sorted().toList();
    }
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (Path each : files) {
        out.putNextEntry(new ZipEntry(content.relativize(each).toString()));
        Files.copy(each, out);
        out.closeEntry();
      }
    }
  }

  private static Decision<Service> add(
      Cabinet cabinet, NewRelease order, Prepared prepared, String by, Instant now) throws Refusal {
    Service service = require(cabinet, order);
    ServiceVersion current = service.version();
    if (current.number() != prepared.on()) {
      throw conflict(
          "service " + service.name() + " has got another version meanwhile: look, and try again");
    }
    String program = prepared.program();
    if (program == null && current.contentDigest().equals(prepared.content())) {
      throw conflict(
          "service %s has what is in %s already, as version %d"
              .formatted(service.name(), order.release().label(), current.number()));
    }
    int number = service.versions().next();
    List<DataSteps.Step> steps = new ArrayList<>(current.data().steps());
    if (program != null) {
      steps.add(
          new DataSteps.Step(
              number, current.label(), order.release().version(), program, order.timeoutSeconds()));
    }
    ServiceVersion version =
        new ServiceVersion(
            number,
            prepared.content(),
            "",
            0,
            now,
            by,
            order.way().why(),
            order.release(),
            new DataSteps(steps));
    List<Change> changes =
        List.of(
            new Change.VersionAdded(service.name(), version),
            new Change.RolloutChanged(
                service.name(),
                Rollout.begin(
                        current.number(), number, order.way().gate(), order.way().drain(), by, now)
                    .within(order.window())));
    return new Decision<>(
        changes, Rollouts.after(cabinet, changes, now).service(service.name()).orElseThrow());
  }

  private static Refusal conflict(String what) {
    return new Refusal(Refusal.Kind.CONFLICT, what);
  }
}
