package io.cade.engine.provision;

import io.cade.agent.wire.ProgramForm;
import io.cade.agent.wire.ServicePorts;
import io.cade.engine.model.ServiceDefinition;
import io.cade.image.PackageBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * A program of the user's for the Java platform: {@code service.jar}, which listens for HTTP where
 * {@code CADE_ADDRESS} and {@code CADE_PORT} say, and how it is started in {@code
 * service.properties} ({@link ProgramForm}).
 */
public final class JavaPlugin implements ServicePlugin {
  @Override
  public String kind() {
    return ServicePorts.JAVA;
  }

  @Override
  public Optional<String> objection(Set<String> files) {
    return files.contains(ProgramForm.JAR)
        ? Optional.empty()
        : Optional.of(
            "a java service needs "
                + ProgramForm.JAR
                + " at the top of its content, with a"
                + " Main-Class in its manifest");
  }

  @Override
  public void fill(ServiceDefinition service, Path content, PackageBuilder into)
      throws IOException {
    Path form = content.resolve(ProgramForm.FILE);
    if (Files.exists(form)) {
      try {
        var _ = ProgramForm.parse(Files.readString(form));
      } catch (IllegalArgumentException e) {
        throw new IOException(e.getMessage(), e);
      }
    }
    into.directory(content);
  }
}
