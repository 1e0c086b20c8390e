package io.cade.engine.app;

import io.cade.engine.change.ChangeWriter;
import io.cade.engine.model.Service;
import io.cade.engine.operate.ContentStore;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
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
    Collection<Service> services = writer.current().services().values();
    try {
      contents.retain(
          services.stream().map(s -> s.definition().contentDigest()).collect(Collectors.toSet()),
          before);
      packages.retain(
          services.stream().map(Service::packageDigest).collect(Collectors.toSet()), before);
    } catch (IOException e) {
      LOG.warn("unused files stay for now: {}", e.toString());
    }
  }
}
