package io.cade.engine.app;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.model.ServiceVersion;
import io.cade.engine.operate.ContentStore;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what services that are gone have left in the stores. Blocks on the disk.
 *
 * @param before what was stored later stays, because its service may be about to be made
 */
record Sweep(ChangeWriter writer, ContentStore contents, ContentStore packages, Instant before)
    implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);

  @Override
  public void run() {
    List<ServiceVersion> versions =
        writer.current().services().values().stream()
            .flatMap(s -> s.versions().list().stream())
            .toList();
    try {
      Set<String> wanted =
          versions.stream().map(ServiceVersion::contentDigest).collect(Collectors.toSet());
      versions.forEach(v -> v.data().steps().forEach(step -> wanted.add(step.program())));
      contents.retain(wanted, before);
      packages.retain(
          versions.stream().map(ServiceVersion::packageDigest).collect(Collectors.toSet()), before);
    } catch (IOException e) {
      LOG.warn("unused files stay for now: {}", e.toString());
    }
  }
}
