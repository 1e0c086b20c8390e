package io.cade.engine.snmp;

import io.cade.mib.CabinetCommand;
import io.cade.mib.CabinetControl;
import io.cade.mib.ManagerRole;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Refuses what managers set while the engine is on probation (SPEC U3): what is acknowledged must
 * not be forgotten by a return. Thread-safe.
 */
public final class ProbationControl implements CabinetControl {
  private final CabinetControl control;
  private final Supplier<Optional<String>> probation;

  /**
   * @param probation why nothing is taken; empty when it is
   */
  public ProbationControl(CabinetControl control, Supplier<Optional<String>> probation) {
    this.control = control;
    this.probation = probation;
  }

  @Override
  public Outcome check(List<CabinetCommand> commands, String securityName, ManagerRole role) {
    Optional<String> why = probation.get();
    return why.isPresent()
        ? new Refused(0, Cause.BUSY, why.get())
        : control.check(commands, securityName, role);
  }

  @Override
  public CompletionStage<Outcome> carryOut(
      List<CabinetCommand> commands, String securityName, ManagerRole role) {
    Optional<String> why = probation.get();
    return why.isPresent()
        ? CompletableFuture.completedFuture(new Refused(0, Cause.BUSY, why.get()))
        : control.carryOut(commands, securityName, role);
  }
}
