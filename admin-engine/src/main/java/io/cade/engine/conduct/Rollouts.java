package io.cade.engine.conduct;

import io.cade.engine.model.Cabinet;
import io.cade.engine.model.CabinetBuilder;
import io.cade.engine.model.Change;
import io.cade.engine.model.Service;
import java.time.Instant;
import java.util.List;

/** What operators' actions on rollouts need of the conductor's rules. Pure. */
public final class Rollouts {
  private Rollouts() {}

  /**
   * What it takes to end the service's rollout, if one is under way; its cards then go back of
   * their own accord.
   */
  public static List<Change> cancel(Cabinet cabinet, Service service, String by, Instant now) {
    return RolloutRules.cancel(cabinet, service, by, now);
  }

  /** The cabinet as it is after these changes. */
  public static Cabinet after(Cabinet cabinet, List<Change> changes, Instant now) {
    CabinetBuilder builder = new CabinetBuilder(cabinet);
    changes.forEach(change -> builder.apply(change, now));
    return builder.view();
  }
}
