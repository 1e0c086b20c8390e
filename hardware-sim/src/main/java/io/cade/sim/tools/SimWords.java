package io.cade.sim.tools;

import io.cade.agent.wire.CardPosition;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The words of the technician's commands. Whether the cabinet has the thing named is for the
 * simulator to say. Immutable.
 */
final class SimWords {
  /** A command is wrong; the message is one line. */
  static final class Wrong extends Exception {
    private static final long serialVersionUID = 1L;

    Wrong(String message) {
      super(message);
    }
  }

  static final String USAGE =
      """
      usage: cade sim COMMAND [--state DIR] [--json]
        pull 1.3 | insert 1.3 | replace 1.3      take card out, put it back, put another one in
        power 1.3 off|on                         power switch of a card
        heat 1.3 85|off                          warm a card to so many °C, let it cool
        handle 1.3 open|close                    the handle switch: open asks for the card's release
        ambient 1 40                             air that chassis 1 draws in, °C
        fan 1.2 fail|wear|ok                     fan 2 of chassis 1 seizes, wears out, is replaced
        supply 1.1 fail|ok|800                   power supply 1 of chassis 1; another one, of 800 W
        disk 1.3.0 fail|replace                  disk 0 or 1 of a card
        edit 1.3 /etc/motd TEXT|--delete         a hand changes a file of a card's system
        unit 1.3 cron start|stop|enable|disable  a hand changes a unit of it
        look 1.3 file:/etc/motd                  what a card's system has
        mains off|on | chassis 2 off|on          power of the cabinet, of a chassis
        status                                   what sits where\
      """;

  private static final String ALL =
      "pull, insert, replace, power, handle, heat, ambient, fan, supply, disk, edit, unit, look,"
          + " mains, chassis, status";

  private static final String[] UNIT_VERBS = {"start", "stop", "enable", "disable"};
  private static final int MAX_TEXT = 3_000;
  private static final double COLDEST = -40;
  private static final double HOTTEST = 125;
  private static final double HOTTEST_AIR = 80;

  private interface Check {
    void check(String word) throws Wrong;
  }

  private static final Pattern PART = Pattern.compile("([1-9]\\d?)\\.([1-9]\\d?)");
  private static final Pattern TEMPERATURE = Pattern.compile("-?\\d{1,3}(\\.\\d{1,3})?");

  private static final Pattern WATTS = Pattern.compile("[1-9]\\d{0,3}");
  // Twelve bits of a supply's inventory.
  private static final int MOST_WATTS = 4095;

  private static final Check CARD = SimWords::card;
  private static final Check CHASSIS = word -> chassis(word, word);
  private static final Check FAN = word -> part("fan", word);
  private static final Check SUPPLY = word -> part("supply", word);

  private static final Map<String, List<Check>> COMMANDS =
      Map.ofEntries(
          Map.entry("pull", List.of(CARD)),
          Map.entry("insert", List.of(CARD)),
          Map.entry("replace", List.of(CARD)),
          Map.entry("power", List.of(CARD, oneOf("off", "on"))),
          Map.entry("heat", List.of(CARD, SimWords::heat)),
          Map.entry("handle", List.of(CARD, oneOf("open", "close"))),
          Map.entry("ambient", List.of(CHASSIS, SimWords::air)),
          Map.entry("fan", List.of(FAN, oneOf("fail", "wear", "ok"))),
          Map.entry("supply", List.of(SUPPLY, SimWords::supplyState)),
          Map.entry("disk", List.of(SimWords::disk, oneOf("fail", "replace"))),
          Map.entry("edit", List.of(CARD, SimWords::path, SimWords::text)),
          Map.entry("unit", List.of(CARD, SimWords::text, oneOf(UNIT_VERBS))),
          Map.entry("look", List.of(CARD, SimWords::text)),
          Map.entry("mains", List.of(oneOf("off", "on"))),
          Map.entry("chassis", List.of(CHASSIS, oneOf("off", "on"))),
          Map.entry("status", List.of()));

  private SimWords() {}

  static void check(List<String> words) throws Wrong {
    if (words.isEmpty()) {
      throw new Wrong("no command; one of " + ALL + " is meant");
    }
    List<Check> checks = COMMANDS.get(words.getFirst());
    if (checks == null) {
      throw new Wrong("unknown command '" + words.getFirst() + "'; one of " + ALL + " is meant");
    }
    if (words.size() - 1 != checks.size()) {
      throw new Wrong(
          "'"
              + words.getFirst()
              + "' takes "
              + (checks.isEmpty() ? "no" : checks.size())
              + (checks.size() == 1 ? " word" : " words")
              + " more, not "
              + (words.size() - 1)
              + "; see cade sim --help");
    }
    for (int i = 0; i < checks.size(); i++) {
      checks.get(i).check(words.get(i + 1));
    }
  }

  private static void card(String word) throws Wrong {
    try {
      if (!CardPosition.parse(word).isManagement()) {
        return;
      }
    } catch (IllegalArgumentException e) {
      throw new Wrong(String.valueOf(e.getMessage()));
    }
    throw new Wrong(word + " is in the management chassis, which is not simulated");
  }

  private static void chassis(String word, String whole) throws Wrong {
    try {
      int number = Integer.parseUnsignedInt(word);
      if (number >= 1 && number <= CardPosition.MAX_CHASSIS) {
        return;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new Wrong("'" + whole + "': a chassis is 1 to " + CardPosition.MAX_CHASSIS);
  }

  private static void part(String name, String word) throws Wrong {
    var parts = PART.matcher(word);
    if (!parts.matches()) {
      throw new Wrong("'" + word + "': chassis." + name + ", like 1.2, is meant");
    }
    chassis(parts.group(1), word);
  }

  private static void disk(String word) throws Wrong {
    int dot = word.lastIndexOf('.');
    String disk = word.substring(dot + 1);
    if (dot < 0 || word.indexOf('.') == dot || !(disk.equals("0") || disk.equals("1"))) {
      throw new Wrong("'" + word + "': chassis.slot.disk, like 1.3.0, is meant; disk 0 or 1");
    }
    card(word.substring(0, dot));
  }

  private static void path(String word) throws Wrong {
    if (!word.startsWith("/")) {
      throw new Wrong("'" + word + "': an absolute path, like /etc/motd, is meant");
    }
  }

  private static void text(String word) throws Wrong {
    if (word.length() > MAX_TEXT) {
      throw new Wrong(word.length() + " characters; at most " + MAX_TEXT + " are taken");
    }
  }

  private static void heat(String word) throws Wrong {
    if (!word.equals("off") && !isTemperature(word, HOTTEST)) {
      throw new Wrong("'" + word + "': -40 to 125 degrees Celsius, or off, are meant");
    }
  }

  private static void air(String word) throws Wrong {
    if (!isTemperature(word, HOTTEST_AIR)) {
      throw new Wrong("'" + word + "': -40 to 80 degrees Celsius are meant");
    }
  }

  private static boolean isTemperature(String word, double hottest) {
    return TEMPERATURE.matcher(word).matches()
        && Double.parseDouble(word) >= COLDEST
        && Double.parseDouble(word) <= hottest;
  }

  private static void supplyState(String word) throws Wrong {
    if (!word.equals("fail")
        && !word.equals("ok")
        && !(WATTS.matcher(word).matches() && Integer.parseInt(word) <= MOST_WATTS)) {
      throw new Wrong(
          "'" + word + "': fail, ok, or the watts of another supply, 1 to " + MOST_WATTS);
    }
  }

  private static Check oneOf(String... words) {
    List<String> allowed = List.of(words);
    return word -> {
      if (!allowed.contains(word)) {
        throw new Wrong("'" + word + "': " + String.join(" or ", allowed) + " is meant");
      }
    };
  }
}
