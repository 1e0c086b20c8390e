package io.cade.agent.run;

import io.cade.agent.device.DeviceKeeper;
import io.cade.agent.wire.ModelStanding;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which reports say how the device stands: all while something is different, pending or wrong, and
 * otherwise the first after an introduction and after each change. So an engine that has forgotten
 * learns it, and 280 cards that are well do not repeat it. Thread-safe.
 */
final class ModelReports {
  private final Supplier<@Nullable ModelStanding> now;
  private @Nullable ModelStanding told;

  ModelReports(Supplier<@Nullable ModelStanding> now) {
    this.now = now;
  }

  /** For the next report; null when the engine knows. */
  synchronized @Nullable ModelStanding next() {
    ModelStanding standing = now.get();
    ModelStanding last = told;
    if (standing == null
        || (last != null && isWell(standing) && !DeviceKeeper.isNews(last, standing))) {
      return null;
    }
    return standing;
  }

  private static boolean isWell(ModelStanding standing) {
    return standing.differences().isEmpty()
        && standing.pendingChange() == 0
        && standing.problem().isEmpty();
  }

  /** The engine has it. */
  synchronized void answered(ModelStanding standing) {
    told = standing;
  }

  /** The engine may not know any more, or something was changed. */
  synchronized void forget() {
    told = null;
  }
}
