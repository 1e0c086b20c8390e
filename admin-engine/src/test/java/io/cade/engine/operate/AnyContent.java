package io.cade.engine.operate;

import java.util.Optional;
import java.util.Set;

/** One kind of service, content with any content. */
public final class AnyContent implements ServiceKinds {
  @Override
  public Set<String> names() {
    return Set.of("static-site");
  }

  @Override
  public Optional<String> objection(String kind, Set<String> files) {
    return Optional.empty();
  }
}
