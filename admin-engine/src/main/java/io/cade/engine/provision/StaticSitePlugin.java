package io.cade.engine.provision;

import io.cade.engine.model.ServiceDefinition;
import io.cade.image.PackageBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A site of plain files: the content is the site, {@code index.html} its first page. */
public final class StaticSitePlugin implements ServicePlugin {
  @Override
  public String kind() {
    return "static-site";
  }

  @Override
  public void fill(ServiceDefinition service, Path content, PackageBuilder into)
      throws IOException {
    if (!Files.isRegularFile(content.resolve("index.html"))) {
      throw new IOException("the content of a static-site needs an index.html at its top");
    }
    into.directory(content);
  }
}
