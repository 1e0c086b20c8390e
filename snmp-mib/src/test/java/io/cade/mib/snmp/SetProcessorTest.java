package io.cade.mib.snmp;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.mib.CabinetCommand;
import io.cade.mib.CabinetControl;
import io.cade.mib.ManagerRole;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.snmp4j.PDU;
import org.snmp4j.ScopedPDU;
import org.snmp4j.smi.Counter64;
import org.snmp4j.smi.Gauge32;
import org.snmp4j.smi.Integer32;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.Variable;
import org.snmp4j.smi.VariableBinding;

/** RFC 3416 section 4.2.5, check by check. */
class SetProcessorTest {
  private static final String ENTRY = "1.3.6.1.4.1.32473.77.1.1";
  private static final String LOCATE = ENTRY + ".2";
  private static final String SERVICE = ENTRY + ".3";
  private static final String STATE = ENTRY + ".4";

  /** Rows are slots 1 to 3 of chassis 1. */
  private final TableBlock<Integer> table =
      new TableBlock<>(
          new TableBlock.Shape<Integer>(
              new OID(ENTRY),
              slot -> new int[] {1, slot},
              List.of(
                  new TableBlock.Column<Integer>(2, (slot, now) -> new Integer32(2))
                      .writtenBy(
                          new TableBlock.Writer<>(
                              ManagerRole.TECHNICIAN,
                              Syntax.truth(),
                              (slot, value) ->
                                  slot == 3
                                      ? new Written.Refused(PDU.inconsistentValue)
                                      : new Written.Change(
                                          new CabinetCommand.CardLocate(
                                              1, slot, value.toInt() == 1)))),
                  new TableBlock.Column<Integer>(3, (slot, now) -> new OctetString("shop"))
                      .writtenBy(
                          new TableBlock.Writer<>(
                              ManagerRole.OPERATOR,
                              new Syntax.Text(0, 8),
                              (slot, value) ->
                                  new Written.Change(
                                      new CabinetCommand.CardAssign(1, slot, value.toString())))),
                  new TableBlock.Column<Integer>(4, (slot, now) -> new Integer32(6)))),
          List.of(1, 2, 3));

  private final SetSerial serial = new SetSerial(Integer.MAX_VALUE);
  private final Subtrees subtrees =
      new Subtrees(
          List.of(
              new Subtrees.Subtree(
                  "1.3.6.1.4.1.32473.77", () -> new Frame(Instant.EPOCH, List.of(table))),
              new Subtrees.Subtree(
                  SetSerial.SET_GROUP,
                  () ->
                      new Frame(
                          Instant.EPOCH, List.of(new ScalarBlock(List.of(serial.source())))))));

  private final Control control = new Control();
  private final SetProcessor sets = new SetProcessor(control, () -> {});

  private record Answer(int error, int index) {}

  /** An engine whose durable commit is the test's to complete. */
  private static final class Control implements CabinetControl {
    final List<List<CabinetCommand>> carriedOut = new ArrayList<>();
    final List<CompletableFuture<Outcome>> open = new ArrayList<>();
    Outcome checked = new Done();

    @Override
    public Outcome check(List<CabinetCommand> commands, String securityName, ManagerRole role) {
      return checked;
    }

    @Override
    public CompletionStage<Outcome> carryOut(
        List<CabinetCommand> commands, String securityName, ManagerRole role) {
      carriedOut.add(commands);
      var stage = new CompletableFuture<Outcome>();
      open.add(stage);
      return stage;
    }
  }

  private List<Answer> set(ManagerRole role, VariableBinding... bindings) {
    var pdu = new ScopedPDU();
    pdu.setType(PDU.SET);
    pdu.addAll(bindings);
    var answers = new ArrayList<Answer>();
    sets.set(
        pdu,
        subtrees.reading(),
        new Subject("noc", View.of(role), true),
        (error, index) -> answers.add(new Answer(error, index)));
    return answers;
  }

  private static VariableBinding put(String instance, Variable value) {
    return new VariableBinding(new OID(instance), value);
  }

  private static VariableBinding on(int slot) {
    return put(LOCATE + ".1." + slot, new Integer32(1));
  }

  @Test
  void answerWaitsUntilTheChangeIsDurable() {
    var answers = set(ManagerRole.OPERATOR, on(1), put(SERVICE + ".1.2", new OctetString("web")));
    assertThat(answers).isEmpty();
    assertThat(control.carriedOut)
        .containsExactly(
            List.of(
                new CabinetCommand.CardLocate(1, 1, true),
                new CabinetCommand.CardAssign(1, 2, "web")));
    control.open.getFirst().complete(new CabinetControl.Done());
    assertThat(answers).containsExactly(new Answer(PDU.noError, 0));
  }

  /** Else who sets and then reads might see what was before. */
  @Test
  void readersAreToldOfAChangeBeforeItsAnswerAndOfNoRefusal() {
    var order = new ArrayList<String>();
    var processor = new SetProcessor(control, () -> order.add("changed"));
    var pdu = new ScopedPDU();
    pdu.setType(PDU.SET);
    pdu.add(on(1));
    for (int i = 0; i < 2; i++) {
      processor.set(
          pdu,
          subtrees.reading(),
          new Subject("noc", View.of(ManagerRole.OPERATOR), true),
          (error, index) -> order.add("answer " + error));
    }
    control.open.getFirst().complete(new CabinetControl.Done());
    control
        .open
        .getLast()
        .complete(new CabinetControl.Refused(0, CabinetControl.Cause.CONFLICT, "no"));
    assertThat(order).containsExactly("changed", "answer 0", "answer " + PDU.inconsistentValue);
  }

  @Test
  void firstWrongBindingIsNamedAndNothingIsDone() {
    assertRefused(PDU.notWritable, put(STATE + ".1.1", new Integer32(6)));
    assertRefused(PDU.notWritable, put("1.3.6.1.2.1.99.1.0", new Integer32(6)));
    assertRefused(PDU.wrongType, put(LOCATE + ".1.1", new Gauge32(1)));
    assertRefused(PDU.wrongType, put(SERVICE + ".1.1", new Counter64(1)));
    assertRefused(PDU.wrongLength, put(SERVICE + ".1.1", new OctetString("123456789")));
    assertRefused(PDU.wrongValue, put(LOCATE + ".1.1", new Integer32(3)));
    assertRefused(PDU.wrongValue, put(SERVICE + ".1.1", new OctetString(new byte[] {-1, -2})));
    assertRefused(PDU.wrongValue, put(SERVICE + ".1.1", new OctetString("a\nb")));
    assertRefused(PDU.noCreation, put(LOCATE + ".1.9", new Integer32(1)));
    assertRefused(PDU.noCreation, put(LOCATE, new Integer32(1)), PDU.notWritable);
    assertRefused(PDU.inconsistentValue, on(3));
    // The type is looked at before the instance.
    assertRefused(PDU.wrongType, put(LOCATE + ".1.9", new OctetString("1")));
  }

  private void assertRefused(int error, VariableBinding wrong, int... alsoGood) {
    Answer answer = set(ManagerRole.OPERATOR, on(1), wrong, on(3)).getFirst();
    assertThat(answer.index()).as(wrong.toString()).isEqualTo(2);
    Set<Integer> good = new java.util.HashSet<>(Set.of(error));
    for (int other : alsoGood) {
      good.add(other);
    }
    assertThat(good).as(wrong.toString()).contains(answer.error());
    assertThat(control.carriedOut).isEmpty();
  }

  @Test
  void roleDecidesWhatMayBeWritten() {
    var assign = put(SERVICE + ".1.1", new OctetString("web"));
    assertThat(set(ManagerRole.TECHNICIAN, on(1), assign))
        .containsExactly(new Answer(PDU.noAccess, 2));
    assertThat(set(ManagerRole.MONITOR, on(1))).containsExactly(new Answer(PDU.noAccess, 1));
    assertThat(set(ManagerRole.TECHNICIAN, on(1))).isEmpty();
    assertThat(control.carriedOut).hasSize(1);
  }

  @Test
  void sameInstanceTwiceIsOneChangeOrAnError() {
    assertThat(set(ManagerRole.OPERATOR, on(1), on(1))).isEmpty();
    assertThat(control.carriedOut)
        .containsExactly(List.of(new CabinetCommand.CardLocate(1, 1, true)));
    assertThat(set(ManagerRole.OPERATOR, on(1), on(2), put(LOCATE + ".1.1", new Integer32(2))))
        .containsExactly(new Answer(PDU.inconsistentValue, 3));
    assertThat(control.carriedOut).hasSize(1);
  }

  @Test
  void refusalNamesTheBindingOfItsCommand() {
    control.checked = new CabinetControl.Refused(1, CabinetControl.Cause.CONFLICT, "no supply");
    assertThat(set(ManagerRole.OPERATOR, on(1), on(1), on(2)))
        .containsExactly(new Answer(PDU.inconsistentValue, 3));
    assertThat(control.carriedOut).isEmpty();
  }

  @Test
  void failedCommitSaysSoAndTakesTheSerialNumberBack() {
    var answers = set(ManagerRole.OPERATOR, put(SetSerial.SET_GROUP + ".1.0", serialNow()), on(1));
    assertThat(serialNow().toInt()).isZero();
    control
        .open
        .getFirst()
        .complete(new CabinetControl.Refused(0, CabinetControl.Cause.FAILED, "disk is full"));
    assertThat(answers).containsExactly(new Answer(PDU.commitFailed, 2));
    assertThat(serialNow().toInt()).isEqualTo(Integer.MAX_VALUE);

    var undone = set(ManagerRole.OPERATOR, on(1));
    control
        .open
        .getLast()
        .complete(
            new CabinetControl.Refused(0, CabinetControl.Cause.UNDO_FAILED, "half of it stays"));
    assertThat(undone).containsExactly(new Answer(PDU.undoFailed, 0));

    var broken = set(ManagerRole.OPERATOR, on(1));
    control.open.getLast().completeExceptionally(new IllegalStateException("expected by the test"));
    assertThat(broken).containsExactly(new Answer(PDU.commitFailed, 1));
  }

  private Variable serialNow() {
    return subtrees
        .reading()
        .get(new OID(SetSerial.SET_GROUP + ".1.0"), View.of(ManagerRole.MONITOR));
  }

  @Test
  void ofTwoManagersWithTheSameSerialNumberTheSecondIsRefused() {
    var first = put(SetSerial.SET_GROUP + ".1.0", serialNow());
    assertThat(set(ManagerRole.OPERATOR, first, on(1))).isEmpty();
    assertThat(set(ManagerRole.OPERATOR, first, on(1)))
        .containsExactly(new Answer(PDU.inconsistentValue, 1));
    assertThat(set(ManagerRole.OPERATOR, put(SetSerial.SET_GROUP + ".1.0", serialNow())))
        .containsExactly(new Answer(PDU.noError, 0));
  }

  @Test
  void tooManyOutstandingChangesAreRefusedAndRoomComesBack() {
    for (int i = 0; i < SetProcessor.MAX_OUTSTANDING; i++) {
      assertThat(set(ManagerRole.OPERATOR, on(1))).isEmpty();
    }
    assertThat(set(ManagerRole.OPERATOR, on(2)))
        .containsExactly(new Answer(PDU.resourceUnavailable, 1));
    control.open.getFirst().complete(new CabinetControl.Done());
    assertThat(set(ManagerRole.OPERATOR, on(2))).isEmpty();
  }

  @Test
  void whoDoesNotWriteAtAllIsNotAuthorized() {
    var pdu = new PDU();
    pdu.setType(PDU.SET);
    pdu.add(on(1));
    var answers = new ArrayList<Answer>();
    sets.set(
        pdu,
        subtrees.reading(),
        new Subject("community 1", View.of(ManagerRole.OPERATOR), false),
        (error, index) -> answers.add(new Answer(error, index)));
    assertThat(answers).containsExactly(new Answer(PDU.authorizationError, 0));
  }
}
