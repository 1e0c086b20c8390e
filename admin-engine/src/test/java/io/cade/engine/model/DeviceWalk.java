package io.cade.engine.model;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.Command;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.ItemDifference;
import io.cade.agent.wire.ModelStanding;
import io.cade.engine.device.ApplyRun;
import io.cade.engine.device.DeviceModel;
import io.cade.engine.device.DeviceOrder;
import io.cade.engine.device.DeviceRecord;
import io.cade.engine.device.ModelItem;
import io.cade.engine.device.ModelParameter;
import io.cade.engine.device.ModelRole;
import io.cade.engine.device.ModelVersion;
import io.cade.engine.model.Change.DeviceChange;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** Random changes about models and devices. */
final class DeviceWalk {
  private static final List<String> TYPES = List.of("server", "web");

  private final Random random;

  DeviceWalk(Random random) {
    this.random = random;
  }

  Change change(Cabinet cabinet, CardPosition at, Instant now) {
    String type = TYPES.get(random.nextInt(TYPES.size()));
    DeviceModel model = cabinet.devices().model(type).orElseGet(() -> DeviceModel.empty(type));
    boolean first = cabinet.devices().model(type).isEmpty();
    DeviceRecord record = cabinet.devices().record(at);
    return switch (random.nextInt(7)) {
      case 0 ->
          new DeviceChange.ModelVersionAdded(type, version(first ? 1 : model.next(), at, now));
      case 1 -> new DeviceChange.RunChanged(run(type, 1 + random.nextInt(3), at, now));
      case 2 -> new DeviceChange.RecordChanged(record.withOrder(order(cabinet, now)));
      case 3 ->
          new DeviceChange.RecordChanged(
              record.told(
                  new ModelStanding(
                      type + "/1",
                      random.nextInt(9),
                      List.of(new ItemDifference("file:/etc/motd", "mode", "0644", "0600")),
                      0,
                      0,
                      0,
                      ""),
                  now));
      case 4 ->
          new DeviceChange.RecordChanged(
              record
                  .withType(random.nextBoolean() ? "web" : "")
                  .withRenew(random.nextBoolean())
                  .withAdoption(
                      new DeviceRecord.Adoption(
                          List.of("file:/etc/motd"),
                          cabinet.nextCommand() - 1,
                          now,
                          "ann",
                          "better",
                          null,
                          false,
                          "")));
      case 5 -> new DeviceChange.ModelRemoved(type);
      default ->
          new Change.CommandQueued(
              at,
              new Command.ApplyModel(
                  cabinet.nextCommand(),
                  "web/1",
                  List.of(new DeviceItem.AbsentItem("file:/x")),
                  List.of("file:/y"),
                  9));
    };
  }

  private static ModelVersion version(int number, CardPosition at, Instant now) {
    var values = new TreeMap<String, String>();
    values.put("word", "ü€𝄞");
    var services = new TreeMap<String, SortedMap<String, String>>();
    services.put("site1", values);
    var cards = new TreeMap<CardPosition, SortedMap<String, String>>();
    cards.put(at, values);
    return new ModelVersion(
        number,
        "Web servers",
        List.of(
            new ModelParameter(
                "word",
                ModelRole.OS,
                ModelParameter.Type.TEXT,
                "a",
                List.of(),
                1L,
                null,
                "A word",
                true)),
        List.of(
            new ModelItem(
                ModelRole.CONTENT,
                new DeviceItem.FileItem("/etc/motd", "{{word}}", "0644", ""),
                List.of())),
        values,
        values,
        services,
        cards,
        now,
        "ann",
        "why");
  }

  private ApplyRun run(String type, int version, CardPosition at, Instant now) {
    ApplyRun.Stage[] stages = ApplyRun.Stage.values();
    ApplyRun.Progress[] all = ApplyRun.Progress.values();
    return new ApplyRun(
        type,
        version,
        stages[random.nextInt(stages.length)],
        now,
        List.of(new ApplyRun.Target(at, 1, all[random.nextInt(all.length)], "")),
        random.nextBoolean(),
        10,
        1,
        10,
        60,
        false,
        false,
        random.nextBoolean(),
        "ann",
        "why",
        now,
        "");
  }

  private DeviceOrder order(Cabinet cabinet, Instant now) {
    DeviceOrder.Stage[] stages = DeviceOrder.Stage.values();
    return new DeviceOrder(
        random.nextBoolean() ? DeviceOrder.Kind.APPLY : DeviceOrder.Kind.TRY,
        Math.max(1, cabinet.nextCommand() - random.nextInt(3)),
        "server/1",
        1,
        "00ff",
        List.of("file:/etc/motd"),
        stages[random.nextInt(stages.length)],
        now,
        Math.max(1, cabinet.nextCommand() - random.nextInt(3)),
        random.nextInt(2) * 60,
        false,
        "ann",
        "why",
        "");
  }
}
