package io.cade.engine.provision;

import io.cade.engine.model.ServiceDefinition;
import io.cade.image.PackageBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** A site of plain files: the content is the site, {@code index.html} its first page. */
public final class StaticSitePlugin implements ServicePlugin {
  private static final String FIRST_PAGE = "index.html";

  @Override
  public String kind() {
    return "static-site";
  }

  @Override
  public Optional<String> objection(Set<String> files) {
    return files.contains(FIRST_PAGE)
        ? Optional.empty()
        : Optional.of("a static-site needs an " + FIRST_PAGE + " at the top of its content");
  }

  @Override
  public void fill(ServiceDefinition service, Path content, PackageBuilder into)
      throws IOException {
    into.directory(content);
  }
}
