package io.cade.engine.provision;

import io.cade.agent.wire.ServicePorts;
import io.cade.engine.model.ServiceDefinition;
import io.cade.image.PackageBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Pages, files and mailboxes of one customer: the content holds {@code www} with the pages, and may
 * hold {@code ftp}, {@code mail} and {@code users}.
 */
public final class HostingPlugin implements ServicePlugin {
  private static final String FIRST_PAGE = "www/index.html";
  private static final Set<String> TOP = Set.of("www", "ftp", "mail", "users");

  @Override
  public String kind() {
    return ServicePorts.HOSTING;
  }

  @Override
  public Optional<String> objection(Set<String> files) {
    if (!files.contains(FIRST_PAGE)) {
      return Optional.of("a hosting service needs " + FIRST_PAGE + " in its content");
    }
    return files.stream()
        .filter(file -> !TOP.contains(file.split("/", 2)[0]))
        .sorted()
        .findFirst()
        .map(file ->
            "a hosting service has www, ftp, mail and users at the top of its content, not "
                + file);
  }

  @Override
  public void fill(ServiceDefinition service, Path content, PackageBuilder into)
      throws IOException {
    into.directory(content);
  }
}
