package io.cade.engine.provision;

import io.cade.engine.model.ServiceDefinition;
import io.cade.image.PackageBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Knows how one kind of service is configured. Stateless and thread-safe. */
public interface ServicePlugin {
  /** The kind, as it stands in the service's definition and in {@code start-service}. */
  String kind();

  /**
   * What is wrong with the content, as far as the names of its files tell; asked before a service
   * is accepted.
   *
   * @return a sentence for the operator; empty when nothing is
   */
  Optional<String> objection(Set<String> files);

  /** Files of the content whose text is looked at before a service is accepted; at most 1 MiB. */
  default Set<String> texts() {
    return Set.of();
  }

  /**
   * What is wrong with what stands in {@link #texts}; asked when {@link #objection(Set)} has none.
   *
   * @param texts those that are there, by their path
   * @return a sentence for the operator, without secrets; empty when nothing is
   */
  default Optional<String> objection(Set<String> files, Map<String, String> texts) {
    return Optional.empty();
  }

  /**
   * Puts into the package what a card needs to run the service.
   *
   * @param content the user's content, unpacked
   * @throws IOException when the content does not fit this kind of service; the message is for the
   *     operator
   */
  void fill(ServiceDefinition service, Path content, PackageBuilder into) throws IOException;
}
