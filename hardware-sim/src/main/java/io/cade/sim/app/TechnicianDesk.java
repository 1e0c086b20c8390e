package io.cade.sim.app;

import io.cade.agent.device.ItemRules;
import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.WireJson;
import io.cade.sim.cabinet.SimulatedCabinet;
import io.cade.sim.control.ControlHandler;
import io.cade.sim.control.ControlReply;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a technician can do at the cabinet, in words. Words that make no sense, or that do not fit
 * the state of the cabinet, are answered with the reason and change nothing.
 */
final class TechnicianDesk implements ControlHandler {
  private static final Logger LOG = LoggerFactory.getLogger(TechnicianDesk.class);

  /** A bearing that lasts one minute: nobody wants to watch for months. */
  private static final double WEAR_PER_HOUR = 36;

  private final SimulatedCabinet cabinet;

  TechnicianDesk(SimulatedCabinet cabinet) {
    this.cabinet = cabinet;
  }

  @Override
  public ControlReply handle(List<String> words) {
    try {
      if (words.equals(List.of("status"))) {
        return new ControlReply(
            true,
            cabinet.status(),
            Map.of("powered", cabinet.powered(), "bootTraffic", cabinet.bootTraffic()));
      }
      return ControlReply.done(act(words));
    } catch (IllegalArgumentException | IllegalStateException e) {
      LOG.info("refused: {}", words, e);
      return ControlReply.failed(String.valueOf(e.getMessage()));
    }
  }

  private String act(List<String> words) {
    String verb = words.isEmpty() ? "" : words.getFirst();
    return switch (verb) {
      case "pull" -> cabinet.pull(position(words));
      case "insert" -> cabinet.insert(position(words));
      case "replace" -> cabinet.replace(position(words));
      case "power" -> cabinet.power(position(words), onOff(words, 2));
      case "heat" -> heat(position(words), word(words, 2));
      case "fan" -> fan(word(words, 1), word(words, 2));
      case "supply" -> supply(word(words, 1), word(words, 2));
      case "mains" -> cabinet.mains(0, onOff(words, 1));
      case "chassis" -> cabinet.mains(number(word(words, 1)), onOff(words, 2));
      case "disk" -> disk(word(words, 1), word(words, 2));
      case "handle" -> cabinet.handle(position(words), openClose(word(words, 2)));
      case "edit" -> edit(position(words), word(words, 2), word(words, 3));
      case "look" -> look(position(words), word(words, 2));
      case "unit" -> unit(position(words), word(words, 2), word(words, 3));
      case "ambient" -> ambient(number(word(words, 1)), word(words, 2));
      default -> throw new IllegalArgumentException("unknown action '" + verb + "'");
    };
  }

  private String heat(CardPosition at, String degrees) {
    if (degrees.equals("off")) {
      return cabinet.hardware(
          at.chassis(), "card " + at + " cools down", p -> p.heatOff(at.slot()));
    }
    double celsius;
    try {
      celsius = Double.parseDouble(degrees);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + degrees + "' is neither degrees nor off", e);
    }
    if (!(celsius >= -40 && celsius <= 125)) {
      throw new IllegalArgumentException("-40 to 125 °C, not " + degrees);
    }
    return cabinet.hardware(
        at.chassis(),
        String.format(Locale.ROOT, "card %s is heated to %.1f °C", at, celsius),
        p -> p.heat(at.slot(), celsius));
  }

  private String fan(String which, String what) {
    CardPosition at = CardPosition.parse(which);
    int fan = upTo(at.slot(), 4, "fan");
    if (what.equals("wear")) {
      return cabinet.hardware(
          at.chassis(),
          "the bearing of fan " + which + " wears from now on",
          p -> p.wearFan(fan, WEAR_PER_HOUR));
    }
    boolean fail = failOk(what);
    return cabinet.hardware(
        at.chassis(),
        "fan " + which + (fail ? " is stuck" : " turns again"),
        p -> {
          if (fail) {
            p.failFan(fan);
          } else {
            p.repairFan(fan);
          }
        });
  }

  private String disk(String which, String what) {
    int dot = which.lastIndexOf('.');
    if (dot < 0) {
      throw new IllegalArgumentException("'" + which + "': chassis.slot.disk is meant");
    }
    int number = number(which.substring(dot + 1));
    if (number < 0 || number > 1) {
      throw new IllegalArgumentException("a card has disks 0 and 1, not " + number);
    }
    boolean replace =
        switch (what) {
          case "replace" -> true;
          case "fail" -> false;
          default -> throw new IllegalArgumentException("fail or replace is expected");
        };
    return cabinet.disk(CardPosition.parse(which.substring(0, dot)), number, replace);
  }

  private String ambient(int chassis, String degrees) {
    double celsius;
    try {
      celsius = Double.parseDouble(degrees);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + degrees + "' is not degrees", e);
    }
    if (!(celsius >= -40 && celsius <= 80)) {
      throw new IllegalArgumentException("-40 to 80 °C, not " + degrees);
    }
    return cabinet.hardware(
        chassis,
        String.format(Locale.ROOT, "chassis %d draws air of %.1f °C", chassis, celsius),
        p -> p.setAmbient(celsius));
  }

  private String edit(CardPosition at, String path, String text) {
    boolean delete = text.equals("--delete");
    return cabinet.system(
        at,
        system -> {
          // As an editor leaves it: the last line has an end.
          system.edit(path, delete ? null : text.endsWith("\n") ? text : text + "\n");
          return path + " of card " + at + " is " + (delete ? "deleted" : "written by hand");
        });
  }

  private String look(CardPosition at, String key) {
    return cabinet.system(
        at,
        system -> {
          ItemRules.checkKey(key);
          return new String(new WireJson().encode(system.look(key)), StandardCharsets.UTF_8);
        });
  }

  private String unit(CardPosition at, String name, String verb) {
    if (!List.of("start", "stop", "enable", "disable").contains(verb)) {
      throw new IllegalArgumentException("start, stop, enable or disable is expected");
    }
    return cabinet.system(
        at,
        system -> {
          system.unit(name, verb);
          return "unit " + name + " of card " + at + ": " + verb + " is done by hand";
        });
  }

  private static boolean openClose(String word) {
    return switch (word) {
      case "open" -> true;
      case "close" -> false;
      default -> throw new IllegalArgumentException("open or close is expected");
    };
  }

  private String supply(String which, String what) {
    CardPosition at = CardPosition.parse(which);
    int supply = upTo(at.slot(), 2, "supply");
    if (Character.isDigit(what.charAt(0))) {
      int watts = Integer.parseInt(what);
      return cabinet.hardware(
          at.chassis(),
          "another supply " + which + ", of " + watts + " W, is put in",
          p -> p.replaceSupply(supply, watts));
    }
    boolean fail = failOk(what);
    return cabinet.hardware(
        at.chassis(),
        "supply " + which + (fail ? " gives no power" : " gives power"),
        p -> {
          if (fail) {
            p.failSupply(supply);
          } else {
            p.repairSupply(supply);
          }
        });
  }

  private static int upTo(int number, int most, String what) {
    if (number > most) {
      throw new IllegalArgumentException("there is no " + what + " " + number + ", only " + most);
    }
    return number;
  }

  private static CardPosition position(List<String> words) {
    return CardPosition.parse(word(words, 1));
  }

  private static boolean onOff(List<String> words, int index) {
    return switch (word(words, index)) {
      case "on" -> true;
      case "off" -> false;
      default -> throw new IllegalArgumentException("on or off is expected");
    };
  }

  private static boolean failOk(String word) {
    return switch (word) {
      case "fail" -> true;
      case "ok" -> false;
      default -> throw new IllegalArgumentException("fail or ok is expected");
    };
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not a number", e);
    }
  }

  private static String word(List<String> words, int index) {
    if (words.size() <= index) {
      throw new IllegalArgumentException(
          "something is missing after '" + String.join(" ", words) + "'");
    }
    return words.get(index);
  }
}
