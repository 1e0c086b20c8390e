package io.cade.engine.cli;

import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How each answer of the API looks on a screen. */
enum View {
  CARDS("cards"),
  CARD(""),
  SERVICES("services"),
  SERVICE(""),
  CERTIFICATE(""),
  SETTINGS(""),
  VERSIONS("versions"),
  PLAN(""),
  SPARES(""),
  SENSORS("sensors"),
  ALARMS("alarms"),
  ALARM(""),
  HISTORY("alarms"),
  SUPPRESSED("alarms"),
  THRESHOLDS("thresholds"),
  THRESHOLD(""),
  RULES("rules"),
  RULE(""),
  RECEIVERS("receivers"),
  TEST_NOTIFICATION(""),
  REMOVED(""),
  USERS("users"),
  USER(""),
  MODELS("models"),
  MODEL(""),
  MODEL_VERSIONS("versions"),
  MODEL_VERSION(""),
  MODEL_DIFF("differences"),
  MODEL_TEXT(""),
  MODEL_REMOVED(""),
  MODEL_PLAN(""),
  MODEL_RUN(""),
  DRIFT("differences"),
  DEVICES("devices"),
  DEVICE(""),
  PROXIES("proxies"),
  CABINET(""),
  SWAPS("swaps"),
  CHASSIS("chassis"),
  COMMANDS(""),
  CANCELLED(""),
  INVENTORY(""),
  LEASES("leases"),
  LEASE_IMPORT(""),
  BOOT("counters"),
  TRAFFIC("sites"),
  REFUSALS("refusals"),
  PROTECTION(""),
  IMAGES("images"),
  IMAGE(""),
  BUNDLES("bundles"),
  BUNDLE(""),
  OFFERS("offers"),
  UPDATES("updates"),
  UPDATE(""),
  TOLD("lines");

  private final String list;

  View(String list) {
    this.list = list;
  }

  /** Member of the answer that is the list; empty when the answer is one object. */
  String list() {
    return list;
  }

  /** Prints the answer as tables. */
  void print(Fields answer, PrintStream out, boolean colour, Instant now) {
    Printer printer = new Printer(out, colour, now);
    List<Fields> all = answer.objects(list);
    ModelPages models = new ModelPages(out, colour, now);
    switch (this) {
      case CARDS -> printer.cards(all);
      case CARD -> printer.card(answer);
      case SERVICES -> printer.services(all);
      case SERVICE -> printer.service(answer);
      case CERTIFICATE -> CertificatePage.print(answer, out, colour);
      case SETTINGS -> printer.settings(answer.object("settings"));
      case VERSIONS -> VersionPages.versions(all, out, colour, now);
      case PLAN -> PlanPage.print(answer, out, colour);
      case SPARES -> MoveTree.spares(answer, out);
      case SENSORS -> printer.sensors(all);
      case ALARMS -> printer.alarms(all);
      case ALARM -> printer.alarms(List.of(answer));
      case SUPPRESSED -> AlarmPages.suppressed(all, out);
      case THRESHOLDS -> AlarmPages.thresholds(all, out);
      case THRESHOLD -> AlarmPages.thresholds(List.of(answer), out);
      case RULES -> AlarmPages.rules(all, out);
      case RULE -> AlarmPages.rules(List.of(answer), out);
      case RECEIVERS -> AlarmPages.receivers(all, out, now);
      case TEST_NOTIFICATION ->
          out.print("test notification " + answer.text("sequence") + " is on its way\n");
      case REMOVED -> out.print("removed\n");
      case USERS -> UserPages.users(all, out, colour);
      case USER -> UserPages.user(answer, out);
      case HISTORY -> printer.history(all);
      case MODELS -> models.models(all);
      case MODEL -> models.model(answer);
      case MODEL_VERSIONS -> models.versions(all);
      case MODEL_VERSION -> models.version(answer);
      case MODEL_DIFF -> models.differences(all);
      case MODEL_TEXT -> models.text(answer);
      case MODEL_REMOVED -> models.removed(answer);
      case MODEL_PLAN -> models.plan(answer);
      case MODEL_RUN -> models.run(answer);
      case DRIFT -> models.drift(all);
      case DEVICES -> models.devices(all);
      case DEVICE -> models.devices(List.of(answer));
      case PROXIES -> printer.proxies(all);
      case CABINET -> printer.cabinet(answer);
      case SWAPS -> printer.swaps(all);
      case CHASSIS -> ChassisPage.print(all, out, colour, now);
      case COMMANDS -> CommandDesk.print(answer, out, colour, now);
      case CANCELLED -> CommandDesk.printCancelled(answer, out);
      case INVENTORY -> LogTree.printInventory(answer, out, colour, now);
      case LEASES -> printer.leases(all, answer);
      case LEASE_IMPORT ->
          out.print(
              counted(answer, "imported", " lease", " leases")
                  + " imported, "
                  + counted(answer, "unchanged", " was", " were")
                  + " there already, "
                  + counted(answer, "expired", " has", " have")
                  + " expired\n");
      case BOOT -> printer.bootCounters(all);
      case TRAFFIC -> TrafficPages.traffic(all, out, colour);
      case REFUSALS -> TrafficPages.refusals(all, out, colour);
      case PROTECTION -> TrafficPages.protection(answer, out, colour);
      case IMAGES -> ImagePages.list(all, out, colour, now);
      case IMAGE -> ImagePages.one(answer, out, colour);
      case BUNDLES -> UpdatePages.bundles(all, out, colour, now);
      case BUNDLE -> UpdatePages.bundle(answer, out, colour);
      case OFFERS -> UpdatePages.offers(answer, out, colour);
      case UPDATES -> UpdatePages.updates(all, out, colour, now);
      case UPDATE -> UpdatePages.update(answer, out, colour, now);
      case TOLD -> all.forEach(line -> out.print(line.text("text") + "\n"));
    }
  }

  private static String counted(Fields answer, String name, String one, String many) {
    String count = answer.text(name);
    return count + (count.equals("1") ? one : many);
  }

  private record Printer(PrintStream out, boolean colour, Instant now) {

    private Table table(String... headings) {
      return new Table(colour, headings);
    }

    private boolean none(List<Fields> all, String message) {
      if (all.isEmpty()) {
        out.print(message + "\n");
      }
      return all.isEmpty();
    }

    private String age(Fields of, String name) {
      return Words.age(of.instant(name), now);
    }

    void cards(List<Fields> all) {
      if (none(all, "no cards were ever seen")) {
        return;
      }
      Table table =
          table("CARD", "ROLE", "STATE", ">SINCE", "ADDRESS", ">HEARD", "SERVICES", "CAUSE");
      for (Fields card : all) {
        table.row(
            card.text("position"),
            card.text("role"),
            card.text("state"),
            age(card, "since"),
            Words.orDash(card.text("address")),
            age(card, "lastHeard"),
            Words.orDash(String.join(",", card.texts("services"))),
            card.text("cause"));
      }
      table.print(out);
    }

    void card(Fields card) {
      Fields hardware = card.object("hardware");
      Fields software = card.object("software");
      Table table = table("CARD", card.text("position"));
      table.row("role", card.text("role"));
      table.row("state", card.text("state"));
      table.row("since", age(card, "since"));
      table.row("cause", Words.orDash(card.text("cause")));
      table.row("address", Words.orDash(card.text("address")));
      table.row("MAC", Words.orDash(card.text("mac")));
      table.row("last heard", age(card, "lastHeard"));
      table.row("services", Words.orDash(String.join(", ", card.texts("services"))));
      table.row("commands waiting", card.text("commandsWaiting"));
      table.row("hardware", joined(hardware, "manufacturer", "model", "serialNumber"));
      table.row("processors", Words.orDash(hardware.text("cpus")));
      table.row("memory", hardware.number("memoryBytes").map(Words::bytes).orElse("-"));
      table.row("disks", Words.orDash(String.join(", ", hardware.texts("disks"))));
      table.row("agent", Words.orDash(software.text("agentVersion")));
      table.row("image", joined(software, "imageName", "imageVersion"));
      table.row("operating system", Words.orDash(software.text("operatingSystem")));
      Fields boot = card.object("boot");
      if (!boot.members().isEmpty()) {
        table.row("boots", ImagePages.boots(boot));
      }
      Fields drain = card.object("drain");
      if (!drain.members().isEmpty()) {
        table.row(
            "drained",
            drain.text("running") + " running, bound visitors until " + drain.text("until"));
      }
      Fields power = card.object("power");
      if (!power.members().isEmpty()) {
        table.row("power", "withheld since " + power.text("since") + ": " + power.text("reason"));
      }
      if (card.is("locate")) {
        table.row("locate LED", "on");
      }
      for (Fields disk : card.objects("disks")) {
        table.row(
            "disk " + disk.text("number"),
            disk.text("state")
                + (disk.text("state").equals("rebuilding")
                    ? " " + disk.text("rebuildPercent") + " %"
                    : "")
                + " "
                + disk.text("serialNumber"));
      }
      table.row("certificate", Words.orDash(card.text("certificateSerial")));
      table.print(out);
    }

    private static String joined(Fields of, String... names) {
      return Words.orDash(
          Stream.of(names)
              .map(of::text)
              .filter(text -> !text.isEmpty())
              .collect(Collectors.joining(" ")));
    }

    void services(List<Fields> all) {
      if (none(all, "no services")) {
        return;
      }
      Table table = table("NAME", "KIND", "PHASE", ">SINCE", ">CARDS", "HOSTS", "WAITS FOR");
      for (Fields service : all) {
        table.row(
            service.text("name"),
            service.text("kind"),
            service.text("phase"),
            age(service, "phaseSince"),
            running(service),
            String.join(",", service.texts("hosts")),
            service.objects("waits").stream()
                .findFirst()
                .map(wait -> MoveTree.waits(wait, now))
                .orElse(service.text("waitsFor")));
      }
      table.print(out);
    }

    private static String running(Fields service) {
      return service.text("cardsRunning") + "/" + service.text("cardsWanted");
    }

    /** Right after a change none has taken it yet; visitors are served as before until then. */
    private static String proxies(Fields service) {
      String using = service.text("proxiesServing");
      String all = service.text("proxies");
      return using
          + "/"
          + all
          + (service.text("phase").equals("ANNOUNCED") && !using.equals(all)
              ? " use the newest routes by now"
              : "");
    }

    void service(Fields service) {
      Table table = table("SERVICE", service.text("name"));
      table.row("kind", service.text("kind"));
      table.row("phase", service.text("phase"));
      table.row("since", age(service, "phaseSince"));
      List<Fields> waits = service.objects("waits");
      if (waits.isEmpty()) {
        table.row("waits for", Words.orDash(service.text("waitsFor")));
      }
      for (Fields wait : waits) {
        table.row("waits for", MoveTree.waits(wait, now));
      }
      table.row("hosts", String.join(", ", service.texts("hosts")));
      table.row("cards running", running(service));
      table.row("proxies", proxies(service));
      table.row("version", Words.orDash(service.text("version")));
      String rollout = VersionPages.rollout(service);
      if (!rollout.isEmpty()) {
        table.row("rollout", rollout);
      }
      String move = MoveTree.line(service, now);
      if (!move.isEmpty()) {
        table.row("move", move);
      }
      table.row("content", Words.orDash(service.text("contentDigest")));
      table.row("package", Words.orDash(service.text("packageDigest")));
      table.row("package size", service.number("packageBytes").map(Words::bytes).orElse("-"));
      Fields settings = service.object("settings");
      for (String key : settings.members().keySet()) {
        table.row(key, settings.text(key));
      }
      table.print(out);
      List<Fields> placements = service.objects("placements");
      if (!placements.isEmpty()) {
        out.print("\n");
        Table on = table("CARD", "STATE", "DETAIL");
        for (Fields placement : placements) {
          on.row(placement.text("position"), placement.text("state"), placement.text("detail"));
        }
        on.print(out);
      }
    }

    void settings(Fields settings) {
      Table table = table("SETTING", "VALUE");
      for (String key : settings.members().keySet()) {
        table.row(key, Words.orDash(settings.text(key)));
      }
      table.print(out);
    }

    void sensors(List<Fields> all) {
      if (none(all, "no sensors were read yet")) {
        return;
      }
      Table table = table("SOURCE", "SENSOR", "QUANTITY", ">VALUE", ">READ", "CAUSE");
      for (Fields sensor : all) {
        table.row(
            sensor.text("source"),
            sensor.text("name"),
            sensor.text("quantity"),
            sensor
                .number("value")
                .map(value -> Words.measured(value, sensor.text("unit")))
                .orElse("unreadable"),
            age(sensor, "at"),
            sensor.text("cause"));
      }
      table.print(out);
    }

    void alarms(List<Fields> all) {
      if (none(all, "no active alarms")) {
        return;
      }
      Table table = table(">SEQ", "SEVERITY", "SOURCE", "TYPE", ">RAISED", "ACKNOWLEDGED", "TEXT");
      for (Fields alarm : all) {
        table.row(
            alarm.text("sequence"),
            alarm.text("severity"),
            alarm.text("source"),
            alarm.text("type"),
            age(alarm, "raisedAt"),
            Words.orDash(alarm.text("acknowledgedBy")),
            alarm.text("text"));
      }
      table.print(out);
    }

    void history(List<Fields> all) {
      if (none(all, "no alarms in the history")) {
        return;
      }
      Table table = table(">SEQ", "SEVERITY", "SOURCE", "TYPE", ">RAISED", ">CLEARED", "TEXT");
      for (Fields alarm : all) {
        table.row(
            alarm.text("sequence"),
            alarm.text("severity"),
            alarm.text("source"),
            alarm.text("type"),
            age(alarm, "raisedAt"),
            age(alarm, "clearedAt"),
            alarm.text("text"));
      }
      table.print(out);
    }

    void proxies(List<Fields> all) {
      if (none(all, "no proxies were ever seen")) {
        return;
      }
      Table table = table("CARD", "ROLE", "STATE", ">HEARD", ">ROUTES", ">BACK ENDS");
      Table behind =
          table(
              "PROXY", "SERVICE", "CARD", "USABLE", ">REQUESTS", ">FAILURES", ">RUNNING", "CAUSE");
      boolean any = false;
      for (Fields proxy : all) {
        List<Fields> backends = proxy.objects("backends");
        table.row(
            proxy.text("position"),
            proxy.text("role"),
            proxy.text("state"),
            age(proxy, "lastHeard"),
            Words.orDash(proxy.text("routesVersion")),
            backends.stream().filter(b -> b.is("usable")).count() + "/" + backends.size());
        for (Fields backend : backends) {
          any = true;
          behind.row(
              proxy.text("position"),
              backend.text("service"),
              backend.text("position"),
              backend.is("usable") ? "yes" : "no",
              backend.text("requests"),
              backend.text("failures"),
              Words.orDash(backend.text("running")),
              backend.text("cause"));
        }
      }
      table.print(out);
      if (any) {
        out.print("\n");
        behind.print(out);
      }
    }

    void cabinet(Fields cabinet) {
      Table table = table("CABINET", "");
      table.row("state of", age(cabinet, "at"));
      table.row("log position", cabinet.text("logPosition"));
      table.row("cards", cabinet.text("cards") + counts(cabinet.object("cardsByState")));
      table.row(
          "services",
          cabinet.text("services") + " (" + cabinet.text("servicesAnnounced") + " ANNOUNCED)");
      Fields alarms = cabinet.object("activeAlarms");
      table.row("active alarms", alarms.members().isEmpty() ? "none" : counts(alarms).strip());
      table.row("leases", cabinet.text("leases"));
      table.row("swaps", cabinet.text("swaps"));
      table.print(out);
    }

    private static String counts(Fields counts) {
      return counts.members().isEmpty()
          ? ""
          : counts.members().keySet().stream()
              .map(name -> counts.text(name) + " " + name)
              .collect(Collectors.joining(", ", " (", ")"));
    }

    void leases(List<Fields> all, Fields answer) {
      if (none(all, "no address is leased")) {
        return;
      }
      Table table = table("ADDRESS", "CARD", "MAC", "KIND", ">GRANTED", "EXPIRES", "HOST NAME");
      for (Fields lease : all) {
        table.row(
            lease.text("address"),
            Words.orDash(lease.text("position")),
            lease.text("mac"),
            lease.text("kind").toLowerCase(Locale.ROOT),
            age(lease, "grantedAt"),
            Words.second(lease.instant("expiresAt")),
            lease.text("hostName"));
      }
      table.print(out);
      String total = answer.text("total");
      if (!total.equals(Integer.toString(all.size()))) {
        out.print(all.size() + " of " + total + " leases; lease export writes all\n");
      }
    }

    /** Those that have counted something; JSON has them all. */
    void bootCounters(List<Fields> all) {
      List<Fields> counted = all.stream().filter(c -> !c.text("count").equals("0")).toList();
      if (none(counted, "nobody has asked the boot services for anything yet")) {
        return;
      }
      Table table = table("SERVICE", "OUTCOME", ">COUNT");
      for (Fields counter : counted) {
        table.row(counter.text("group"), counter.text("outcome"), counter.text("count"));
      }
      table.print(out);
    }

    void swaps(List<Fields> all) {
      if (none(all, "no card was exchanged")) {
        return;
      }
      Table table = table("CARD", ">EXCHANGED", "OLD SERIAL", "NEW SERIAL", "OLD MAC", "NEW MAC");
      for (Fields swap : all) {
        table.row(
            swap.text("position"),
            age(swap, "at"),
            Words.orDash(swap.text("oldSerial")),
            Words.orDash(swap.text("newSerial")),
            swap.text("oldMac"),
            swap.text("newMac"));
      }
      table.print(out);
    }
  }
}
