package io.cade.engine.conduct;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.engine.device.Adopting;
import io.cade.engine.device.ApplyRun;
import io.cade.engine.device.DeviceModel;
import io.cade.engine.device.DeviceOrder;
import io.cade.engine.device.DeviceOrder.Kind;
import io.cade.engine.device.DeviceOrder.Stage;
import io.cade.engine.device.DeviceRecord;
import io.cade.engine.device.Devices;
import io.cade.engine.device.Facts;
import io.cade.engine.device.ModelProblem;
import io.cade.engine.device.ModelVersion;
import io.cade.engine.device.Rendered;
import io.cade.engine.device.Rendering;
import io.cade.engine.model.Cabinet;
import io.cade.engine.model.Card;
import io.cade.engine.model.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Brings each card to what its model says, whichever card sits in the slot now (SPEC R1, C2), and
 * sees to it that what was ordered comes to an end. Keeps between passes only what it need not work
 * out again; one thread at a time may use it.
 */
final class DeviceRules {
  /** A card that has not said within this time that it is done has failed. */
  static final Duration ANSWER = Duration.ofMinutes(5);

  /** What failed is tried again after this time: the cause may have been the network. */
  static final Duration RETRY = Duration.ofMinutes(10);

  /** A card may say what it was before for so long after it was changed. */
  static final Duration LATE_WORDS = Duration.ofSeconds(15);

  /** Beyond the end of a card's own time, in which it tells that it took the change back. */
  static final Duration TAKEN_BACK = Duration.ofSeconds(60);

  /** Cards that get something at once without anybody having asked for it. */
  private static final int AT_ONCE = 10;

  /** Orders of one pass. */
  private static final int OF_A_PASS = 8;

  /**
   * Size of all orders of one pass in octets. A pass is one commit, in which an octet may take six.
   */
  private static final long OCTETS_OF_A_PASS = 1 << 20;

  /** While nothing changes, times are looked at as often as this. */
  private static final Duration REST = Duration.ofSeconds(1);

  private record Seen(ModelVersion version, Facts facts, @Nullable Rendered rendered) {}

  private record Rested(
      Devices devices,
      Object cards,
      Object services,
      Object leases,
      Object queues,
      Instant until) {}

  private final Map<CardPosition, Seen> seen = new HashMap<>();
  private @Nullable Rested rested;

  void apply(Draft draft) {
    Cabinet before = draft.cabinet();
    Devices devices = before.devices();
    if (devices.models().isEmpty() && devices.records().isEmpty()) {
      return;
    }
    Rested known = rested;
    if (known != null
        && same(known.devices(), devices)
        && same(known.cards(), before.cards())
        && same(known.services(), before.services())
        && same(known.leases(), before.leases())
        && same(known.queues(), before.queues())
        && draft.now().isBefore(known.until())) {
      return;
    }
    for (DeviceRecord record : List.copyOf(devices.records().values())) {
      watch(draft, record);
      adopt(draft, record.position());
    }
    ServiceMates mates = new ServiceMates(before);
    ApplyRules.apply(draft, mates);
    place(draft, mates);
    Cabinet after = draft.cabinet();
    rested =
        same(after.devices(), devices)
            ? new Rested(
                devices,
                before.cards(),
                before.services(),
                before.leases(),
                before.queues(),
                draft.now().plus(REST))
            : null;
  }

  /** Whether it is the same instance: to compare all of it would take longer than the pass. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean same(Object a, Object b) {
    return a == b;
  }

  /** What was ordered comes to an end: done, refused, confirmed, or too late. */
  private static void watch(Draft draft, DeviceRecord record) {
    DeviceOrder order = record.order();
    if (order == null || !order.busy()) {
      return;
    }
    CardPosition at = record.position();
    boolean up = draft.cabinet().card(at).filter(WantedModels::isUp).isPresent();
    switch (order.stage()) {
      case QUEUED -> {
        boolean late = !draft.now().isBefore(order.since().plus(ANSWER));
        if (!up || late) {
          fail(
              draft,
              record,
              order,
              order.command(),
              up
                  ? "did not answer within " + ANSWER.toMinutes() + " min"
                  : "was lost while it was changed");
        }
      }
      case UNCONFIRMED -> {
        boolean asks = order.byOperator() && !isConfirmed(draft, record, order);
        Duration time = Duration.ofSeconds(order.confirmSeconds());
        if (!asks) {
          // It asks for this over a new connection: that it does is the proof that it is reached.
          long id = draft.cabinet().nextCommand();
          draft.change(
              new Change.CommandQueued(at, new Command.ConfirmChange(id, order.command())));
          put(draft, record.withOrder(order.into(Stage.CONFIRMING, draft.now(), id, "")));
        } else if (!draft.now().isBefore(order.since().plus(time))) {
          put(
              draft,
              record.withOrder(
                  order.into(
                      Stage.FAILED,
                      draft.now(),
                      0,
                      "nobody confirmed it within %d s: the card took it back"
                          .formatted(time.toSeconds()))));
        }
      }
      case CONFIRMING -> {
        Duration time = Duration.ofSeconds(order.confirmSeconds()).plus(TAKEN_BACK);
        if (!draft.now().isBefore(order.since().plus(time))) {
          fail(
              draft,
              record,
              order,
              order.confirm(),
              "was not reached over a new connection within %d s after the change: it takes it back"
                  .formatted(time.toSeconds()));
        }
      }
      case FAILED -> {
        // Over.
      }
    }
  }

  /** Whether an operator has confirmed the run that the order belongs to. */
  private static boolean isConfirmed(Draft draft, DeviceRecord record, DeviceOrder order) {
    String type = order.label().substring(0, Math.max(0, order.label().lastIndexOf('/')));
    return order.kind() == Kind.APPLY
        && draft
            .cabinet()
            .devices()
            .active(type)
            .filter(r -> r.card(record.position()).isPresent() && r.confirmed())
            .isPresent();
  }

  private static void fail(
      Draft draft, DeviceRecord record, DeviceOrder order, long command, String why) {
    CardPosition at = record.position();
    if (draft.cabinet().queue(at).command(command).isPresent()) {
      draft.change(new Change.CommandFinished(at, command, false, why));
    } else {
      put(draft, record.withOrder(order.into(Stage.FAILED, draft.now(), 0, why)));
    }
  }

  /** What was found on a card becomes a version, and comes to all. */
  private static void adopt(Draft draft, CardPosition at) {
    DeviceRecord record = draft.cabinet().devices().record(at);
    DeviceRecord.Adoption adoption = record.adoption();
    if (adoption == null || !adoption.underWay()) {
      return;
    }
    Card card = draft.cabinet().cards().get(at);
    boolean late = !draft.now().isBefore(adoption.since().plus(ANSWER));
    if (adoption.found() == null) {
      if (late || card == null || !WantedModels.isUp(card)) {
        String why = late ? "the card did not answer" : "the card was lost";
        put(draft, record.withAdoption(adoption.ended(false, why)));
        if (draft.cabinet().queue(at).command(adoption.command()).isPresent()) {
          draft.change(new Change.CommandFinished(at, adoption.command(), false, why));
        }
      }
      return;
    }
    DeviceModel model =
        card == null ? null : WantedModels.model(draft.cabinet(), card).orElse(null);
    if (card == null || model == null) {
      put(draft, record.withAdoption(adoption.ended(false, "its type is gone")));
      return;
    }
    if (draft.cabinet().devices().active(model.type()).isPresent()) {
      put(
          draft,
          record.withAdoption(
              adoption.ended(
                  false, "a version of " + model.type() + " is on its way: wait for it")));
      return;
    }
    try {
      int from = draft.cabinet().devices().versionOf(at, model);
      ModelVersion base =
          model.version(from).orElseThrow(() -> new ModelProblem("no version " + from));
      Rendered given = Rendering.render(base, WantedModels.facts(draft.cabinet(), card));
      ModelVersion next =
          Adopting.adopted(base, given, adoption.found())
              .as(model.next(), draft.now(), adoption.by(), adoption.why());
      draft.change(new Change.DeviceChange.ModelVersionAdded(model.type(), next));
      List<CardPosition> cards = new ArrayList<>(List.of(at));
      ApplyRuns.cardsOf(draft.cabinet(), model.type()).stream()
          .filter(p -> !p.equals(at))
          .forEach(cards::add);
      DeviceModel written = draft.cabinet().devices().model(model.type()).orElse(model);
      draft.change(
          new Change.DeviceChange.RunChanged(
              ApplyRuns.begin(
                  draft.cabinet(),
                  written,
                  next.number(),
                  cards,
                  true,
                  ApplyRuns.Way.USUAL,
                  adoption.by(),
                  adoption.why(),
                  draft.now())));
      put(draft, record.withAdoption(adoption.ended(true, "version " + next.number())));
    } catch (ModelProblem e) {
      put(draft, record.withAdoption(adoption.ended(false, String.valueOf(e.getMessage()))));
    }
  }

  /** Orders for the cards that are not what they ought to be. */
  private void place(Draft draft, ServiceMates mates) {
    Devices devices = draft.cabinet().devices();
    int busy = 0;
    for (DeviceRecord record : devices.records().values()) {
      busy += record.busy() ? 1 : 0;
    }
    int ordered = 0;
    long room = OCTETS_OF_A_PASS;
    for (Card card : draft.cabinet().cards().values()) {
      if (!WantedModels.isUp(card)) {
        continue;
      }
      DeviceRecord record = devices.record(card.position());
      DeviceModel model = WantedModels.model(draft.cabinet(), card).orElse(null);
      if (record.busy() || model == null) {
        continue;
      }
      int number = devices.versionOf(card.position(), model);
      ModelVersion version = model.version(number).orElse(null);
      Rendered rendered =
          version == null
              ? null
              : rendered(draft.cabinet(), card, version, mates.namesOn(card.position()));
      String label = model.label(number);
      if (rendered == null || !isDue(record, card, label, rendered, draft.now())) {
        continue;
      }
      Optional<ApplyRun> run = devices.active(model.type()).filter(r -> r.worksOn(card.position()));
      boolean free =
          run.isPresent()
              || (busy < AT_ONCE
                  && mates
                      .obstacle(
                          draft.cabinet(),
                          devices.active(model.type()).orElse(null),
                          card,
                          rendered.disturbs())
                      .isEmpty());
      if (free && ordered < OF_A_PASS && rendered.octets() <= room) {
        room -= rendered.octets();
        order(draft, record, label, number, rendered, run.orElse(null));
        ordered++;
        busy++;
      }
    }
  }

  private static boolean isDue(
      DeviceRecord record, Card card, String label, Rendered rendered, Instant now) {
    boolean right =
        WantedModels.has(record, card, label, rendered)
            && !record.renew()
            && !isStrange(record, now);
    DeviceOrder order = record.order();
    if (right) {
      return false;
    }
    boolean failedAtThis =
        order != null
            && order.kind() == Kind.APPLY
            && order.label().equals(label)
            && order.digest().equals(rendered.digest());
    return !failedAtThis || order == null || !now.isBefore(order.since().plus(RETRY));
  }

  /** Whether the card says that it is something else than what it was given. */
  private static boolean isStrange(DeviceRecord record, Instant now) {
    DeviceRecord.Given given = record.given();
    DeviceRecord.Standing standing = record.standing();
    return given != null
        && standing != null
        && standing.told().pendingChange() == 0
        && !standing.told().label().equals(given.label())
        && standing.since().isAfter(given.at())
        && !now.isBefore(standing.since().plus(LATE_WORDS));
  }

  private static void order(
      Draft draft,
      DeviceRecord record,
      String label,
      int number,
      Rendered rendered,
      @Nullable ApplyRun run) {
    CardPosition at = record.position();
    boolean risky =
        rendered.risky()
            || WantedModels.givenVersion(draft.cabinet(), record)
                .filter(v -> v.items().stream().anyMatch(i -> i.template().risky()))
                .isPresent();
    int confirm =
        risky ? (run == null ? ApplyRuns.Way.USUAL.confirmSeconds() : run.confirmSeconds()) : 0;
    boolean forward = run != null && run.version() == number;
    long id = draft.cabinet().nextCommand();
    draft.change(
        new Change.CommandQueued(
            at, new Command.ApplyModel(id, label, rendered.items(), rendered.ignored(), confirm)));
    put(
        draft,
        record.withOrder(
            new DeviceOrder(
                Kind.APPLY,
                id,
                label,
                number,
                rendered.digest(),
                List.of(),
                Stage.QUEUED,
                draft.now(),
                0,
                confirm,
                forward && run != null && run.byOperator(),
                run == null ? "engine" : run.by(),
                run == null ? "" : run.why(),
                "")));
  }

  private @Nullable Rendered rendered(
      Cabinet cabinet, Card card, ModelVersion version, List<String> services) {
    Facts facts = WantedModels.facts(cabinet, card, services);
    Seen known = seen.get(card.position());
    if (known == null || !same(known.version(), version) || !known.facts().equals(facts)) {
      Rendered rendered;
      try {
        rendered = Rendering.render(version, facts);
      } catch (ModelProblem e) {
        // Shown by the plan, and by the run that meets it.
        rendered = null;
      }
      known = new Seen(version, facts, rendered);
      seen.put(card.position(), known);
    }
    return known.rendered();
  }

  private static void put(Draft draft, DeviceRecord record) {
    draft.change(new Change.DeviceChange.RecordChanged(record));
  }
}
