package io.cade.engine.provision;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.change.Decision;
import io.cade.engine.change.Refusal;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Change;
import io.cade.engine.model.Service;
import io.cade.engine.model.ServicePhase;
import io.cade.engine.operate.ContentArchive;
import io.cade.engine.operate.ContentStore;
import io.cade.engine.operate.ServiceKinds;
import io.cade.image.PackageBuilder;
import io.cade.image.PackageReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Collectors;
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

  /** Builds the service's package and says so, unless that is being done. */
  public void generate(String service) {
    if (underWay.add(service)) {
      blocking.execute(() -> {
        try {
          build(service);
        } finally {
          underWay.remove(service);
        }
      });
    }
  }

  private void build(String name) {
    Service service = waiting(writer.current(), name);
    if (service == null) {
      return;
    }
    try {
      ContentStore.Stored stored = pack(service);
      submit(name, service, new Change.PackageGenerated(name, stored.digest(), stored.bytes()));
    } catch (Refusal | IOException | IllegalArgumentException e) {
      LOG.warn("package of service {} cannot be made", name, e);
      submit(
          name,
          service,
          new Change.ServicePhaseChanged(
              name, ServicePhase.FAILED, "its package cannot be made: " + e.getMessage()));
    }
  }

  private ContentStore.Stored pack(Service service) throws Refusal, IOException {
    ServicePlugin plugin = plugins.get(service.definition().kind());
    if (plugin == null) {
      throw new IOException("there is no plug-in for " + service.definition().kind());
    }
    Path archive =
        contents
            .find(service.definition().contentDigest())
            .orElseThrow(() ->
                new IOException(
                    "the uploaded content " + service.definition().contentDigest() + " is gone"));
    Path unpacked = Files.createTempDirectory("cade-package");
    Path target = packages.temporary();
    try {
      ContentArchive.unpack(archive, unpacked);
      PackageBuilder builder =
          new PackageBuilder(
              service.name(),
              "1",
              service.definition().kind(),
              service.index(),
              service.phaseSince());
      plugin.fill(service.definition(), unpacked, builder);
      builder.write(target, key);
      return packages.adopt(target);
    } finally {
      Files.deleteIfExists(target);
      PackageReader.deleteTree(unpacked);
    }
  }

  private void submit(String name, Service built, Change change) {
    var _ =
        writer
            .submit((cabinet, now) -> {
              Service current = waiting(cabinet, name);
              return current != null && current.index() == built.index()
                  ? Decision.of(true, change)
                  : Decision.nothing(false);
            })
            .whenComplete((done, failure) -> {
              if (failure != null) {
                LOG.warn("package of service {} could not be put on record", name, failure);
              }
            });
  }

  private static @Nullable Service waiting(Cabinet cabinet, String name) {
    return cabinet
        .service(name)
        .filter(s -> s.phase() == ServicePhase.CONFIGURATION && s.packageDigest().isEmpty())
        .orElse(null);
  }
}
