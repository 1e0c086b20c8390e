package io.cade.engine.conduct;

import io.cade.agent.wire.DiskStatus;
import io.cade.engine.model.Alarm;
import io.cade.engine.model.AlarmKey;
import io.cade.engine.model.AlarmType;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.PowerHold;
import io.cade.engine.observe.Observed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Alarms about disks, and about cards that heat or the power budget keeps switched off. */
final class HardwareAlarms {
  private HardwareAlarms() {}

  static void apply(Cabinet cabinet, Observed observed, DueAlarms due) {
    Map<Integer, List<String>> shed = new TreeMap<>();
    for (Card card : cabinet.cards().values()) {
      disks(cabinet, observed, card, due);
      PowerHold hold = card.hold();
      if (hold == null) {
        continue;
      }
      switch (hold.reason()) {
        case HEAT ->
            due.add(
                new AlarmKey(AlarmType.CARD_OVERHEATED, "card " + card.position()),
                "card "
                    + card.position()
                    + " was above its critical temperature and is switched off; it is tried again in "
                    + HeatRules.COOLING.toMinutes()
                    + " min: look at fans and air before");
        case BUDGET ->
            shed.computeIfAbsent(card.position().chassis(), _ -> new ArrayList<>())
                .add(card.position().toString());
        case OPERATOR, CYCLE, HANDLE -> {
          // Somebody wants it so.
        }
      }
    }
    shed.forEach((chassis, cards) ->
        due.add(
            new AlarmKey(AlarmType.POWER_BUDGET, "chassis " + chassis),
            "the good supplies of chassis "
                + chassis
                + " cannot feed all cards; switched off: "
                + String.join(", ", cards)
                + "; replace the failed supply"));
  }

  private static void disks(Cabinet cabinet, Observed observed, Card card, DueAlarms due) {
    if (!card.state().isAlive()) {
      return;
    }
    Observed.CardHeard heard = observed.cards().get(card.position());
    String source = "card " + card.position() + " disk ";
    if (heard == null || heard.disks().isEmpty()) {
      // Not heard yet is no good news.
      for (Alarm alarm : cabinet.alarms().values()) {
        if (alarm.key().source().startsWith(source)) {
          due.keep(alarm);
        }
      }
      return;
    }
    for (DiskStatus disk : heard.disks()) {
      AlarmKey failed = new AlarmKey(AlarmType.DISK_FAILED, source + disk.number());
      AlarmKey rebuilding = new AlarmKey(AlarmType.MIRROR_REBUILDING, source + disk.number());
      switch (disk.state()) {
        case FAILED, MISSING ->
            due.add(
                failed,
                "disk "
                    + disk.number()
                    + " of card "
                    + card.position()
                    + " is "
                    + disk.state()
                    + ": the mirror has one disk only; replace disk "
                    + disk.number()
                    + (disk.serial().isEmpty() ? "" : " (" + disk.serial() + ")"));
        case REBUILDING ->
            due.add(
                rebuilding,
                "disk "
                    + disk.number()
                    + " of card "
                    + card.position()
                    + " is being filled from the other one; leave both in place");
        case HEALTHY -> {
          // Nothing to tell.
        }
      }
    }
  }
}
