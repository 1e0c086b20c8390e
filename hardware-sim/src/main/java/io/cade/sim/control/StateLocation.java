package io.cade.sim.control;

import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Which state directory is meant when none is named. */
public final class StateLocation {
  private StateLocation() {}

  /**
   * {@code CADE_STATE} of the environment, else {@code state} of the tree that the launcher belongs
   * to (system property {@code cade.home}), else {@code state} here.
   */
  public static Path standard(
      UnaryOperator<@Nullable String> environment, UnaryOperator<@Nullable String> properties) {
    String told = environment.apply("CADE_STATE");
    if (told != null && !told.isEmpty()) {
      return Path.of(told).toAbsolutePath().normalize();
    }
    String home = properties.apply("cade.home");
    return Path.of(home == null ? "." : home).resolve("state").toAbsolutePath().normalize();
  }
}
