package io.cade.agent.device;

import io.cade.agent.device.DeviceState.Model;
import io.cade.agent.device.DeviceState.Outcome;
import io.cade.agent.device.DeviceState.PendingChange;
import io.cade.agent.device.DeviceState.Stage;
import io.cade.agent.device.DriftWatch.Trouble;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.CommandResult;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.ModelStanding;
import io.cade.agent.wire.WireJson;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries out commands about the device itself, one at a time, takes back what nobody confirms, and
 * looks for differences from the model (SPEC A6, R1, R5, R7).
 *
 * <p>What has to be taken back is durable before anything is changed, and putting something back
 * begins with a look, so a power cut at any point leads to one of two ends: all of a change, or
 * nothing of it. Owned by one thread, {@link DeviceKeeper}'s.
 */
final class DeviceDesk {
  private static final int MAX_DETAIL = 1_000;
  private static final int MAX_FOUND_CHARACTERS = 1 << 20;

  private final ItemWork work;
  private final OperatingSystem system;
  private final DeviceJournal journal;
  private final DriftWatch drift;
  private final LongSupplier nanos;
  private final InstantSource clock;
  private final long lookNanos;
  private DeviceState state = DeviceState.empty();

  /** When an unconfirmed change is due to be taken back, by {@link #nanos}. */
  private long deadline;

  private long nextLook;
  private boolean started;

  /** Why the journal, which is there, could not be read yet; empty when {@link #state} is its. */
  private String unread = "";

  /**
   * @param lookInterval between two looks for differences
   * @param nanos monotonic, as {@link System#nanoTime}
   */
  DeviceDesk(
      OperatingSystem system,
      DeviceJournal journal,
      Duration lookInterval,
      LongSupplier nanos,
      InstantSource clock) {
    this.system = system;
    this.journal = journal;
    this.work = new ItemWork(system);
    this.drift = new DriftWatch(work);
    this.nanos = nanos;
    this.clock = clock;
    this.lookNanos = lookInterval.toNanos();
  }

  /**
   * After a start of the agent: takes back what was not finished, makes what the system forgot so
   * again, and counts what is left of a pending change anew.
   */
  void start() throws InterruptedException {
    begin();
    nextLook = nanos.getAsLong() + lookNanos;
    started = true;
  }

  /**
   * While the journal cannot be read nothing is changed and nothing stored: it may hold what has to
   * be put back, and is not to be replaced by a state that knows nothing of it.
   */
  private void begin() throws InterruptedException {
    try {
      state = journal.load();
      unread = "";
    } catch (DeviceJournal.Lost e) {
      unread = "";
      drift.trouble(Trouble.MEMORY, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      unread =
          "what was remembered of the device cannot be read, nothing is changed until it can: "
              + e.getMessage();
      drift.trouble(Trouble.DISK, unread);
      return;
    }
    drift.trouble(Trouble.DISK, "");
    PendingChange pending = state.pending();
    if (pending != null) {
      switch (pending.stage()) {
        case CHANGING -> takeBack(pending, "the agent was stopped in the midst of it");
        case REVERTING -> takeBack(pending, pending.cause());
        case UNCONFIRMED -> resume(pending);
      }
    }
    remakeVolatile();
    drift.look(state);
  }

  /**
   * What was left when it was last written counts anew, less what the wall clock says has passed
   * since: a clock that is set back cannot prolong it, and each start costs a second, so that
   * starts without end cannot either. One that has no time left is taken back before the system's
   * start is made good: it is not to be made so once more.
   */
  private void resume(PendingChange waiting) throws InterruptedException {
    long passed = Math.max(1_000, clock.millis() - waiting.asOfMillis());
    long left = Math.max(0, waiting.leftMillis() - passed);
    deadline = nanos.getAsLong() + left * 1_000_000;
    PendingChange now = waiting.left(left, clock.millis());
    if (left == 0) {
      takeBack(now, unconfirmed(now));
    } else {
      tryStore(state.with(now));
    }
  }

  private static String unconfirmed(PendingChange pending) {
    return "not confirmed within " + pending.limitSeconds() + " s";
  }

  private void remakeVolatile() throws InterruptedException {
    String boot;
    try {
      boot = system.bootId();
    } catch (IOException e) {
      drift.trouble(
          Trouble.BOOT, "the system does not tell when it was started: " + e.getMessage());
      return;
    }
    if (boot.equals(state.bootId())) {
      return;
    }
    // What is still being taken back was rejected: the model before it is the one that counts.
    PendingChange back = state.pending();
    boolean reverting = back != null && back.stage() == Stage.REVERTING;
    Model model = reverting && back != null ? back.model() : state.model();
    List<DeviceState.Written> written =
        reverting && back != null ? back.written() : state.written();
    for (DeviceItem item : model.items()) {
      if (system.isVolatile(item)) {
        try {
          if (!work.differences(ChangePlan.expected(written, item)).isEmpty()) {
            work.change(item);
          }
        } catch (ItemWork.Failed e) {
          drift.trouble(Trouble.BOOT, "not made so again after the start: " + e.cause());
        }
      }
    }
    tryStore(state.withBoot(boot));
  }

  /** Nanoseconds until {@link #work} has something to do; not negative. */
  long nanosUntilWork() {
    long due = nextLook;
    PendingChange pending = state.pending();
    if (pending != null && pending.stage() == Stage.UNCONFIRMED && deadline - due < 0) {
      due = deadline;
    }
    return Math.max(0, due - nanos.getAsLong());
  }

  /** Does what is due. */
  void work() throws InterruptedException {
    PendingChange pending = state.pending();
    long now = nanos.getAsLong();
    if (pending != null && pending.stage() == Stage.UNCONFIRMED && now - deadline >= 0) {
      takeBack(pending, unconfirmed(pending));
      nextLook = now;
    }
    if (!unread.isEmpty() && now - nextLook >= 0) {
      begin();
      nextLook = nanos.getAsLong() + lookNanos;
    } else if (now - nextLook >= 0) {
      pending = state.pending();
      if (pending != null && pending.stage() == Stage.REVERTING) {
        takeBack(pending, pending.cause());
      } else if (pending != null) {
        tryStore(state.with(pending.left(leftMillis(), clock.millis())));
      }
      drift.look(state);
      nextLook = nanos.getAsLong() + lookNanos;
    }
  }

  private long leftMillis() {
    return Math.max(0, deadline - nanos.getAsLong()) / 1_000_000;
  }

  /** How the device stands, as last looked at. */
  ModelStanding standing() {
    PendingChange pending = state.pending();
    boolean waits = pending != null && pending.stage() == Stage.UNCONFIRMED;
    return drift.standing(
        state,
        waits && pending != null ? pending.id() : 0,
        waits ? (int) ((leftMillis() + 999) / 1_000) : 0);
  }

  /**
   * Carries out one command, after {@link #start}.
   *
   * @throws InterruptedException when the agent ends meanwhile; the next start takes it back
   */
  CommandResult run(Command.OfDevice command) throws InterruptedException {
    if (!started) {
      throw new IllegalStateException("not started");
    }
    if (!unread.isEmpty() && !(command instanceof Command.ReadItems)) {
      begin();
      if (!unread.isEmpty()) {
        return refused(command, unread);
      }
    }
    return switch (command) {
      case Command.ApplyModel apply -> {
        Model model = new Model(apply.label(), apply.items(), apply.ignored());
        yield once(command, () -> change(command, apply.items(), model, apply.confirmSeconds()));
      }
      case Command.TryItems trial ->
          once(command, () -> change(command, trial.items(), null, trial.confirmSeconds()));
      case Command.ConfirmChange confirm -> confirm(confirm);
      case Command.ReadItems read -> read(read);
    };
  }

  private interface Change {
    CommandResult run() throws InterruptedException;
  }

  /** A command whose result got lost on its way is not carried out twice. */
  private CommandResult once(Command command, Change change) throws InterruptedException {
    String digest = digest(command);
    for (Outcome known : state.outcomes()) {
      if (known.id() == command.id() && known.digest().equals(digest)) {
        return new CommandResult(known.id(), known.succeeded(), known.detail());
      }
    }
    CommandResult result = change.run();
    drift.look(state);
    nextLook = nanos.getAsLong() + lookNanos;
    return result;
  }

  private static String digest(Command command) {
    return Differences.digest(new WireJson().encode(command));
  }

  private static CommandResult refused(Command command, String cause) {
    return new CommandResult(command.id(), false, Differences.cut(cause, MAX_DETAIL));
  }

  private CommandResult change(
      Command command, List<DeviceItem> wanted, @Nullable Model next, int confirmSeconds)
      throws InterruptedException {
    PendingChange other = state.pending();
    if (other != null) {
      return refused(
          command,
          other.stage() == Stage.UNCONFIRMED
              ? "change "
                  + other.id()
                  + " waits for its confirmation, "
                  + leftMillis() / 1_000
                  + " s are left; confirm it or wait until it is taken back"
              : "change " + other.id() + " is still being taken back: " + state.notice());
    }
    List<String> flaws = work.flaws(wanted);
    if (!flaws.isEmpty()) {
      return refused(command, "nothing was changed: " + String.join("; ", flaws));
    }
    ChangePlan plan;
    try {
      plan = ChangePlan.make(state, wanted, next, work);
    } catch (ItemWork.Failed e) {
      return refused(command, "nothing was changed: " + e.cause());
    }
    return carryOut(command, plan, confirmSeconds);
  }

  private CommandResult carryOut(Command command, ChangePlan plan, int confirmSeconds)
      throws InterruptedException {
    List<String> watchers = plan.watchers(state.model().items());
    PendingChange pending =
        new PendingChange(
            command.id(),
            digest(command),
            Stage.CHANGING,
            plan.before(),
            state.model(),
            state.originals(),
            state.written(),
            confirmSeconds,
            confirmSeconds * 1_000L,
            clock.millis(),
            "",
            watchers);
    if (!plan.steps().isEmpty()) {
      try {
        commit(state.withNotice("").with(pending));
      } catch (IOException e) {
        return refused(
            command, "nothing was changed: what was there cannot be remembered: " + e.getMessage());
      }
    }
    List<DeviceState.Written> written;
    List<String> restarted;
    try {
      written = plan.run(work);
      restarted = plan.restart(watchers, work);
    } catch (ItemWork.Failed e) {
      return failed(command, pending, e.cause());
    }
    boolean unconfirmed = plan.risky() && confirmSeconds > 0;
    String detail =
        plan.summary(restarted)
            + (unconfirmed ? "; taken back in " + confirmSeconds + " s unless confirmed" : "");
    Outcome outcome = new Outcome(command.id(), pending.digest(), true, detail, "");
    try {
      commit(
          state
              .withNotice("")
              .with(plan.model(), plan.originals(), plan.written(written))
              .with(
                  unconfirmed
                      ? pending
                          .at(Stage.UNCONFIRMED, "")
                          .left(confirmSeconds * 1_000L, clock.millis())
                      : null)
              .with(outcome));
    } catch (IOException e) {
      return failed(command, pending, "it cannot be remembered: " + e.getMessage());
    }
    deadline = nanos.getAsLong() + confirmSeconds * 1_000_000_000L;
    drift.trouble(Trouble.BOOT, "");
    drift.trouble(Trouble.MEMORY, "");
    return new CommandResult(command.id(), true, detail);
  }

  private CommandResult failed(Command command, PendingChange pending, String cause)
      throws InterruptedException {
    return refused(command, takeBack(pending, cause));
  }

  /**
   * Puts back all that a change has changed; tried again with each look until it succeeds.
   *
   * @return what became of the change, for an operator
   */
  private String takeBack(PendingChange pending, String cause) throws InterruptedException {
    PendingChange back = pending.at(Stage.REVERTING, cause);
    if (pending.stage() == Stage.UNCONFIRMED) {
      // Even when this cannot be written: a device that is cut off has to come back.
      tryStore(state.with(back));
    }
    List<String> left = new ArrayList<>(work.putBack(pending.before()));
    if (left.isEmpty()) {
      // They read what was taken back, whether they had read it changed or not.
      left.addAll(work.restart(pending.watchers()));
    }
    // Something that had succeeded is told of in the standing; of the rest the result tells.
    boolean succeeded = isKnownGood(pending);
    if (!left.isEmpty()) {
      String told = notice(pending.id(), "is being taken back", cause, String.join("; ", left));
      tryStore(state.with(back).withNotice(told));
      return told;
    }
    String told = notice(pending.id(), "was taken back", cause, "");
    tryStore(
        state
            .with(pending.model(), pending.originals(), pending.written())
            .with((PendingChange) null)
            .withNotice(succeeded ? told : "")
            .with(
                new Outcome(
                    pending.id(), pending.digest(), succeeded, told, succeeded ? cause : "")));
    return told;
  }

  private boolean isKnownGood(PendingChange pending) {
    return state.outcomes().stream()
        .anyMatch(
            o -> o.id() == pending.id() && o.digest().equals(pending.digest()) && o.succeeded());
  }

  private static String notice(long id, String what, String cause, String left) {
    return Differences.cut(
        "change " + id + " " + what + ": " + cause + (left.isEmpty() ? "" : "; not yet: " + left),
        500);
  }

  private CommandResult confirm(Command.ConfirmChange confirm) {
    PendingChange pending = state.pending();
    if (pending != null && pending.id() == confirm.change()) {
      if (pending.stage() != Stage.UNCONFIRMED || nanos.getAsLong() - deadline >= 0) {
        return refused(
            confirm,
            notice(
                pending.id(),
                "is being taken back",
                pending.cause().isEmpty() ? "not confirmed in time" : pending.cause(),
                ""));
      }
      try {
        commit(state.with((PendingChange) null));
        return new CommandResult(confirm.id(), true, "change " + confirm.change() + " stays");
      } catch (IOException e) {
        return refused(confirm, "that it stays cannot be remembered: " + e.getMessage());
      }
    }
    for (Outcome known : state.outcomes()) {
      if (known.id() == confirm.change()) {
        return known.succeeded() && known.takenBack().isEmpty()
            ? new CommandResult(confirm.id(), true, "change " + confirm.change() + " stays")
            : refused(confirm, known.detail());
      }
    }
    return refused(confirm, "this device knows of no change " + confirm.change());
  }

  private CommandResult read(Command.ReadItems read) throws InterruptedException {
    List<DeviceItem> found = new ArrayList<>();
    int characters = 0;
    for (String key : read.keys()) {
      try {
        DeviceItem item = work.look(key);
        found.add(item);
        characters += item instanceof DeviceItem.FileItem f ? f.content().length() : 0;
        characters += item instanceof DeviceItem.FirewallItem f ? f.rules().length() : 0;
      } catch (ItemWork.Failed e) {
        return refused(read, e.cause());
      }
      if (characters > MAX_FOUND_CHARACTERS) {
        return refused(
            read,
            "what is found has more than "
                + MAX_FOUND_CHARACTERS
                + " characters; ask for fewer items at once");
      }
    }
    return new CommandResult(read.id(), true, "", found);
  }

  /** Durable first, then so. */
  private void commit(DeviceState next) throws IOException {
    journal.store(next);
    state = next;
  }

  /** Where the device has to go on even if it would not be remembered: a restart does it again. */
  private void tryStore(DeviceState next) {
    state = next;
    try {
      journal.store(next);
      drift.trouble(Trouble.DISK, "");
    } catch (IOException e) {
      drift.trouble(Trouble.DISK, "cannot be remembered: " + e.getMessage());
    }
  }
}
