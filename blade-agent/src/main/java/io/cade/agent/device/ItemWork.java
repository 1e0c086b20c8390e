package io.cade.agent.device;

import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.ItemDifference;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Looks at and changes items of one system, without memory: every step asks what is there, so that
 * repeating it after a power cut does no harm. Whatever a plug-in throws becomes a cause; only an
 * interrupt, the agent's end, stops it. Owned by the desk.
 */
final class ItemWork {
  private final OperatingSystem system;

  ItemWork(OperatingSystem system) {
    this.system = system;
  }

  /** Something an item's plug-in could not do. */
  static final class Failed extends Exception {
    private static final long serialVersionUID = 1L;

    Failed(String cause) {
      super(cause);
    }

    String cause() {
      return String.valueOf(getMessage());
    }
  }

  private interface Step<T> {
    T run() throws IOException, InterruptedException;
  }

  private static <T> T step(String key, Step<T> step) throws Failed, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    try {
      return step.run();
    } catch (ClosedByInterruptException e) {
      throw interrupted(e);
    } catch (IOException | RuntimeException e) {
      String cause = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      throw new Failed(cause.startsWith(key + ": ") ? cause : key + ": " + cause);
    }
  }

  private static InterruptedException interrupted(Exception cause) {
    InterruptedException end = new InterruptedException();
    end.initCause(cause);
    return end;
  }

  /** All that is wrong with what is wanted, before anything is changed; empty when nothing is. */
  List<String> flaws(List<DeviceItem> wanted) throws InterruptedException {
    List<String> flaws = new ArrayList<>();
    Map<String, DeviceItem> seen = new TreeMap<>();
    for (DeviceItem item : wanted) {
      if (seen.put(item.key(), item) != null) {
        flaws.add(item.key() + ": is there twice");
        continue;
      }
      try {
        step(
            item.key(),
            () -> {
              ItemRules.check(item);
              system.check(item);
              return true;
            });
      } catch (Failed e) {
        flaws.add(e.cause());
      }
    }
    return flaws;
  }

  DeviceItem look(String key) throws Failed, InterruptedException {
    return step(
        key,
        () -> {
          ItemRules.checkKey(key);
          return system.look(key);
        });
  }

  void change(DeviceItem wanted) throws Failed, InterruptedException {
    step(
        wanted.key(),
        () -> {
          system.change(wanted);
          return true;
        });
  }

  /**
   * Restarts units that run; goes on where one fails.
   *
   * @return why some could not be restarted, or do not run any more; empty when all is well
   */
  List<String> restart(List<String> units) throws InterruptedException {
    List<String> causes = new ArrayList<>();
    for (String unit : units) {
      String key = "unit:" + unit;
      try {
        if (runs(key)) {
          step(
              key,
              () -> {
                system.restart(unit);
                return true;
              });
          if (!runs(key)) {
            causes.add(key + ": does not run after its restart");
          }
        }
      } catch (Failed e) {
        causes.add(e.cause());
      }
    }
    return causes;
  }

  private boolean runs(String key) throws Failed, InterruptedException {
    return look(key) instanceof DeviceItem.UnitItem unit && unit.running();
  }

  /**
   * In what a thing differs, by the system's own words for it where those are known.
   *
   * @throws Failed when it cannot be told
   */
  List<ItemDifference> differences(DeviceItem wanted) throws Failed, InterruptedException {
    return step(
        wanted.key(),
        () -> {
          try {
            return Differences.between(wanted, system.look(wanted.key()));
          } catch (NoItemException e) {
            return List.of(Differences.unlike(wanted, String.valueOf(e.getMessage())));
          }
        });
  }

  /**
   * Puts things back, the last one first; goes on where one fails, so that as much as can be is as
   * before.
   *
   * @return why some are not as before; empty when all are
   */
  List<String> putBack(List<DeviceItem> before) throws InterruptedException {
    List<String> causes = new ArrayList<>();
    for (DeviceItem was : before.reversed()) {
      try {
        if (!differences(was).isEmpty()) {
          change(was);
          List<ItemDifference> left = differences(was);
          if (!left.isEmpty()) {
            causes.add(was.key() + ": " + left.getFirst().attribute() + " stayed different");
          }
        }
      } catch (Failed e) {
        causes.add(e.cause());
      }
    }
    return causes;
  }
}
