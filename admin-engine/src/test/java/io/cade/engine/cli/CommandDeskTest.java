package io.cade.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.engine.model.CardState;
import io.cade.engine.model.Change;
import io.cade.engine.operate.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code card commands|cancel|ping|reboot|revoke|trust} against the real API server. */
@Timeout(120)
final class CommandDeskTest extends OneCardDesk {
  @Test
  void pingSaysWhatBecameOfIt() {
    desk.onPause = () -> answer(true, "");
    Desk.Outcome pinged = cade("card ping 1.3 --count 2");
    assertThat(pinged.err()).isEmpty();
    assertThat(pinged.code()).isZero();
    assertThat(pinged.out()).contains("ping").contains("done");
    desk.onPause = () -> answer(false, "card 1.3 did not answer within 15 s");
    Desk.Outcome silent = cade("card ping 1.3");
    assertThat(silent.code()).isEqualTo(1);
    assertThat(silent.err()).contains("did not answer within 15 s");
  }

  @Test
  void ordersLeaveRoomForThoseOfTheEngine() {
    for (int i = 0; i < 9; i++) {
      assertThat(cade("card ping 1.3 --count 100 --no-wait").code()).isZero();
    }
    Desk.Outcome full = cade("card ping 1.3 --no-wait");
    assertThat(full.code()).isNotZero();
    assertThat(full.err())
        .contains("the queue of card 1.3 is full: 900 commands wait, 900 is the limit");
    assertThat(cade("card reboot 1.3 --force --no-wait").code()).isNotZero();
    assertThat(writer.current().queue(AT).waiting()).hasSize(900);
  }

  @Test
  void commandOfADeadCardIsRefusedWithItsState() {
    writer.given(new Change.CardStateChanged(AT, CardState.FAILED, "no report for 31 s"));
    Desk.Outcome pinged = cade("card ping 1.3");
    assertThat(pinged.code()).isEqualTo(5);
    assertThat(pinged.err()).contains("FAILED (no report for 31 s)");
  }

  @Test
  void rebootIsDoneWhenTheAgentIsUpAgain() {
    desk.onPause = () -> answer(true, "restarted");
    Desk.Outcome rebooted = cade("card reboot 1.3");
    assertThat(rebooted.code()).isZero();
    assertThat(rebooted.out()).contains("reboot").contains("restarted");
    assertThat(cade("card reboot 0.4").code()).as("never seen").isEqualTo(1);
  }

  @Test
  void commandThatTheCardNeverHadIsTakenOut() {
    assertThat(cade("card ping 1.3 --no-wait").code()).isZero();
    long id = writer.current().queue(AT).waiting().getFirst().id();
    Desk.Outcome shown = cade("card commands 1.3");
    assertThat(shown.out()).contains("ping").contains("waiting");
    Desk.Outcome cancelled = cade("card cancel 1.3 " + id);
    assertThat(cancelled.out()).contains("the card never had it");
    assertThat(writer.current().queue(AT).waiting()).isEmpty();
    assertThat(cade("card commands 1.3 --json").out())
        .contains("before the card was given it")
        .contains("failed");
    Desk.Outcome again = cade("card cancel 1.3 " + id);
    assertThat(again.code()).isEqualTo(5);
    assertThat(again.err()).contains("is over");
    assertThat(cade("card cancel 1.3 999").code()).isEqualTo(1);
  }

  @Test
  void commandThatTheCardHasIsNotPromisedToBeCalledBack() {
    assertThat(cade("card ping 1.3 --no-wait").code()).isZero();
    long id = writer.current().queue(AT).waiting().getFirst().id();
    served.observations.gave(AT, id, Desk.NOW);
    assertThat(cade("card commands 1.3").out()).contains("given").contains("once");
    Desk.Outcome refused = cade("card cancel 1.3 " + id);
    assertThat(refused.code()).isEqualTo(5);
    assertThat(refused.err()).contains("nobody can call it back");
    Desk.Outcome forced = cade("card cancel 1.3 " + id + " --force");
    assertThat(forced.code()).isZero();
    assertThat(forced.out()).contains("may have carried it out");
  }

  @Test
  void revokedCardIsLockedAwayUntilItIsTrusted() {
    assertThat(cade("card revoke 1.3").code()).as("without a reason").isEqualTo(2);
    Desk.Outcome revoked = desk.run("card", "revoke", "1.3", "--why", "lent to the laboratory");
    assertThat(revoked.code()).isZero();
    assertThat(revoked.out()).contains("QUARANTINED").contains("lent to the laboratory");
    assertThat(writer.current().card(AT).orElseThrow().certificateSerial()).isEmpty();
    assertThat(cade("card ping 1.3").code()).isEqualTo(5);
    Desk.Outcome trusted = cade("card trust 1.3");
    assertThat(trusted.code()).isZero();
    assertThat(trusted.out()).contains("has to enrol anew");
    assertThat(cade("card trust 1.3").code()).as("not locked").isEqualTo(5);
    assertThat(writer.changes(Change.Audited.class))
        .extracting(Change.Audited::action)
        .contains("revoke the certificate of card 1.3: lent to the laboratory", "trust card 1.3");
  }

  @Test
  void visitorsOfTheModuleMayLookButNotTouch() throws Exception {
    served.user(PeerEngine.USER, Role.VIEWER);
    assertThat(cade("card commands 1.3").code()).isZero();
    assertThat(cade("card ping 1.3").code()).isEqualTo(4);
    assertThat(cade("card trust 1.3").code()).isEqualTo(4);
  }
}
