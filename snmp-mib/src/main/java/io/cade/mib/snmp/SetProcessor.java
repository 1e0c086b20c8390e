package io.cade.mib.snmp;

import io.cade.mib.CabinetCommand;
import io.cade.mib.CabinetControl;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.snmp4j.PDU;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.Variable;
import org.snmp4j.smi.VariableBinding;

/**
 * SET as RFC 3416 section 4.2.5 has it: every variable binding is tested, in the order of the RFC's
 * checks; then all changes are handed over together, and the answer waits until they are durable.
 *
 * <p>One instance that is named twice with the same value is one change; with different values it
 * is inconsistentValue at the second. At most {@value #MAX_OUTSTANDING} SETs wait for their
 * changes; more get resourceUnavailable.
 *
 * <p>Called on the SNMP thread, which never waits; an answer may come from any thread.
 */
final class SetProcessor {
  static final int MAX_OUTSTANDING = 16;

  private static final Logger LOG = LoggerFactory.getLogger(SetProcessor.class);

  private final CabinetControl control;
  private final Runnable changed;
  private final Semaphore room = new Semaphore(MAX_OUTSTANDING);

  /**
   * @param changed told that something was set, before the answer goes out; from any thread
   */
  SetProcessor(CabinetControl control, Runnable changed) {
    this.control = control;
    this.changed = changed;
  }

  /** Takes the error status and the index of the variable binding, from 1; once. */
  interface Reply {
    void answer(int error, int index);
  }

  /** What a SET that passed its tests does. */
  private static final class Plan {
    final List<CabinetCommand> commands = new ArrayList<>();

    /** For each command the index of its variable binding. */
    final List<Integer> bindings = new ArrayList<>();

    final List<Written.Local> locals = new ArrayList<>();

    int bindingOf(int command) {
      return command >= 0 && command < bindings.size() ? bindings.get(command) : 1;
    }
  }

  void set(PDU request, Subtrees.Reading reading, Subject subject, Reply reply) {
    if (!subject.writes()) {
      reply.answer(PDU.authorizationError, 0);
      return;
    }
    var plan = new Plan();
    Map<OID, Variable> seen = new HashMap<>();
    for (int i = 0; i < request.size(); i++) {
      int error;
      try {
        error = test(request.get(i), i + 1, reading, subject, seen, plan);
      } catch (RuntimeException e) {
        LOG.error("SNMP SET of {} failed in its test", request.get(i).getOid(), e);
        error = PDU.genErr;
      }
      if (error != PDU.noError) {
        reply.answer(error, i + 1);
        return;
      }
    }
    carryOut(plan, subject, reply);
  }

  private static int test(
      VariableBinding binding,
      int index,
      Subtrees.Reading reading,
      Subject subject,
      Map<OID, Variable> seen,
      Plan plan) {
    OID name = binding.getOid();
    if (subject.view().hides(name) != null) {
      return PDU.noAccess;
    }
    Writable target = reading.writable(name);
    if (target == null) {
      return PDU.notWritable;
    }
    if (!subject.role().may(target.role())) {
      return PDU.noAccess;
    }
    Variable value = binding.getVariable();
    int unfit = target.syntax().test(value);
    if (unfit != PDU.noError) {
      return unfit;
    }
    Function<Variable, Written> change = target.change();
    if (change == null) {
      return PDU.noCreation;
    }
    Variable before = seen.putIfAbsent(name, value);
    if (before != null) {
      return before.equals(value) ? PDU.noError : PDU.inconsistentValue;
    }
    switch (change.apply(value)) {
      case Written.Refused refused -> {
        return refused.error();
      }
      case Written.Change asked -> {
        plan.commands.add(asked.command());
        plan.bindings.add(index);
      }
      case Written.Local local -> plan.locals.add(local);
    }
    return PDU.noError;
  }

  private void carryOut(Plan plan, Subject subject, Reply reply) {
    if (plan.commands.isEmpty()) {
      plan.locals.forEach(local -> local.commit().run());
      reply.answer(PDU.noError, 0);
      return;
    }
    if (!room.tryAcquire()) {
      reply.answer(PDU.resourceUnavailable, 1);
      return;
    }
    List<CabinetCommand> commands = List.copyOf(plan.commands);
    try {
      switch (control.check(commands, subject.name(), subject.role())) {
        case CabinetControl.Refused refused -> {
          room.release();
          refuse(refused, plan, subject, reply);
          return;
        }
        case CabinetControl.Done _ -> {}
      }
    } catch (RuntimeException e) {
      room.release();
      LOG.error("SNMP SET failed in its check", e);
      reply.answer(PDU.genErr, 1);
      return;
    }
    plan.locals.forEach(local -> local.commit().run());
    try {
      var _ =
          control
              .carryOut(commands, subject.name(), subject.role())
              .whenComplete((outcome, failure) -> {
                room.release();
                end(outcome, failure, plan, subject, reply);
              });
    } catch (RuntimeException e) {
      room.release();
      end(null, e, plan, subject, reply);
    }
  }

  private void end(
      CabinetControl.@org.jspecify.annotations.Nullable Outcome outcome,
      @org.jspecify.annotations.Nullable Throwable failure,
      Plan plan,
      Subject subject,
      Reply reply) {
    if (outcome instanceof CabinetControl.Done) {
      changed.run();
      reply.answer(PDU.noError, 0);
      return;
    }
    plan.locals.forEach(local -> local.undo().run());
    if (outcome instanceof CabinetControl.Refused refused) {
      refuse(refused, plan, subject, reply);
    } else {
      LOG.error("SNMP SET by {} failed", subject.name(), failure);
      reply.answer(PDU.commitFailed, 1);
    }
  }

  private static void refuse(
      CabinetControl.Refused refused, Plan plan, Subject subject, Reply reply) {
    LOG.info("SNMP SET by {} refused: {}", subject.name(), refused.text());
    int index = plan.bindingOf(refused.command());
    switch (refused.cause()) {
      case NOT_ALLOWED -> reply.answer(PDU.noAccess, index);
      case BAD_VALUE -> reply.answer(PDU.wrongValue, index);
      case CONFLICT -> reply.answer(PDU.inconsistentValue, index);
      case BUSY -> reply.answer(PDU.resourceUnavailable, index);
      case FAILED -> reply.answer(PDU.commitFailed, index);
      case UNDO_FAILED -> reply.answer(PDU.undoFailed, 0);
    }
  }
}
