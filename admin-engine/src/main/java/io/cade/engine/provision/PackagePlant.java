package io.cade.engine.provision;

import io.cade.agent.wire.DataSteps;
import io.cade.agent.wire.WireJson;
import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.Rollout;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.model.ServiceVersion;
import io.cade.engine.operate.ContentArchive;
import io.cade.engine.operate.ContentStore;
import io.cade.engine.operate.ServiceKinds;
import io.cade.image.PackageBuilder;
import io.cade.image.PackageReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds and signs packages when the conductor orders it. An order that is repeated while its
 * package is being built is the same order; one that is repeated after a crash gives the same bytes
 * and so the same digest. Thread-safe.
 */
public final class PackagePlant implements ServiceKinds {
  private static final Logger LOG = LoggerFactory.getLogger(PackagePlant.class);
  private static final int MAX_TEXT_BYTES = 1 << 20;

  private final ChangeWriter writer;
  private final ContentStore contents;
  private final ContentStore packages;
  private final Map<String, ServicePlugin> plugins;
  private final PrivateKey key;
  private final Executor blocking;
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();

  /**
   * @param contents what users uploaded
   * @param packages where finished packages go
   * @param key signs packages
   * @param blocking does the work
   */
  public PackagePlant(
      ChangeWriter writer,
      ContentStore contents,
      ContentStore packages,
      List<ServicePlugin> plugins,
      PrivateKey key,
      Executor blocking) {
    this.writer = writer;
    this.contents = contents;
    this.packages = packages;
    this.plugins =
        plugins.stream().collect(Collectors.toMap(ServicePlugin::kind, Function.identity()));
    this.key = key;
    this.blocking = blocking;
  }

  @Override
  public Set<String> names() {
    return plugins.keySet();
  }

  @Override
  public Optional<String> objection(String kind, Set<String> files) {
    ServicePlugin plugin = plugins.get(kind);
    return plugin == null
        ? Optional.of("there is no plug-in for " + kind)
        : plugin.objection(files);
  }

  @Override
  public Optional<String> objection(String kind, Set<String> files, Path archive)
      throws IOException {
    Optional<String> first = objection(kind, files);
    ServicePlugin plugin = plugins.get(kind);
    if (first.isPresent() || plugin == null) {
      return first;
    }
    Map<String, String> texts = new HashMap<>();
    try (ZipFile zip = new ZipFile(archive.toFile())) {
      for (String path : plugin.texts()) {
        ZipEntry entry = zip.getEntry(path);
        if (entry != null) {
          try (InputStream in = zip.getInputStream(entry)) {
            byte[] text = in.readNBytes(MAX_TEXT_BYTES + 1);
            if (text.length > MAX_TEXT_BYTES) {
              return Optional.of(path + " is longer than 1 MiB");
            }
            texts.put(path, new String(text, StandardCharsets.UTF_8));
          }
        }
      }
    }
    return plugin.objection(files, texts);
  }

  /** Builds the service's package and says so, unless that is being done. */
  public void generate(String service) {
    start(
        service,
        () -> {
          Service waiting = waiting(writer.current(), service);
          if (waiting != null) {
            build(
                waiting,
                waiting.version(),
                stored -> new Change.PackageGenerated(service, stored.digest(), stored.bytes()),
                cause -> new Change.ServicePhaseChanged(service, ServicePhase.FAILED, cause),
                now -> {
                  Service current = waiting(now, service);
                  return current != null && current.index() == waiting.index();
                });
          }
        });
  }

  /** Builds the package of a version that a rollout waits for, and says so. */
  public void build(String service, int version) {
    start(
        service + "#" + version,
        () -> {
          Service known = writer.current().services().get(service);
          Rollout rollout = awaited(known, version);
          if (known != null && rollout != null) {
            build(
                known,
                known.versions().version(version).orElseThrow(),
                stored ->
                    new Change.VersionBuilt(service, version, stored.digest(), stored.bytes()),
                cause ->
                    new Change.RolloutChanged(
                        service,
                        rollout.into(Rollout.Stage.RETURNED, null, rollout.since(), cause)),
                now -> {
                  Service current = now.services().get(service);
                  return current != null
                      && current.index() == known.index()
                      && awaited(current, version) != null;
                });
          }
        });
  }

  private void start(String what, Runnable work) {
    if (underWay.add(what)) {
      blocking.execute(() -> {
        try {
          work.run();
        } finally {
          underWay.remove(what);
        }
      });
    }
  }

  private void build(
      Service service,
      ServiceVersion version,
      Function<ContentStore.Stored, Change> made,
      Function<String, Change> failed,
      Predicate<Cabinet> isWanted) {
    Change change;
    try {
      change = made.apply(pack(service, version));
    } catch (Refusal | IOException | IllegalArgumentException e) {
      LOG.warn("package of service {} cannot be made", service.name(), e);
      change = failed.apply("its package cannot be made: " + e.getMessage());
    }
    Change outcome = change;
    var _ =
        writer
            .submit((cabinet, _) ->
                isWanted.test(cabinet) ? Decision.of(true, outcome) : Decision.nothing(false))
            .whenComplete((_, failure) -> {
              if (failure != null) {
                LOG.warn(
                    "package of service {} could not be put on record", service.name(), failure);
              }
            });
  }

  private ContentStore.Stored pack(Service service, ServiceVersion version)
      throws Refusal, IOException {
    ServicePlugin plugin = plugins.get(service.definition().kind());
    if (plugin == null) {
      throw new IOException("there is no plug-in for " + service.definition().kind());
    }
    Path archive =
        contents
            .find(version.contentDigest())
            .orElseThrow(() ->
                new IOException("the uploaded content " + version.contentDigest() + " is gone"));
    Path unpacked = Files.createTempDirectory("cade-package");
    Path target = packages.temporary();
    try {
      ContentArchive.unpack(archive, unpacked);
      PackageBuilder builder =
          new PackageBuilder(
              service.name(),
              Integer.toString(version.number()),
              service.definition().kind(),
              service.index(),
              version.at());
      if (Files.exists(unpacked.resolve(DataSteps.RESERVED))) {
        throw new IOException(
            "its content holds " + DataSteps.RESERVED + ", which is not for content");
      }
      plugin.fill(service.definition(), unpacked, builder);
      addData(version.data(), builder);
      builder.write(target, key);
      return packages.adopt(target);
    } finally {
      Files.deleteIfExists(target);
      PackageReader.deleteTree(unpacked);
    }
  }

  /** What carries the service's data over, for the cards that have them in an earlier form. */
  private void addData(DataSteps data, PackageBuilder builder) throws IOException {
    if (data.steps().isEmpty()) {
      return;
    }
    builder.file(DataSteps.FILE, new WireJson().encode(data));
    for (DataSteps.Step step : data.steps()) {
      builder.file(
          step.file(),
          contents
              .find(step.program())
              .orElseThrow(() ->
                  new IOException("the program " + step.program() + " for its data is gone")));
    }
  }

  private static @Nullable Service waiting(Cabinet cabinet, String name) {
    return cabinet
        .service(name)
        .filter(s -> s.phase() == ServicePhase.CONFIGURATION && s.packageDigest().isEmpty())
        .orElse(null);
  }

  /** The rollout that waits for the package of this version. */
  private static @Nullable Rollout awaited(@Nullable Service service, int version) {
    return service == null
        ? null
        : service
            .rollout()
            .filter(r -> r.stage() == Rollout.Stage.BUILDING && r.to() == version)
            .filter(_ ->
                service
                    .versions()
                    .version(version)
                    .filter(v -> v.packageDigest().isEmpty())
                    .isPresent())
            .orElse(null);
  }
}
