package io.cade.sim.demo;

import io.cade.agent.wire.CardPosition;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * What the demonstration is told on its command line.
 *
 * @param chassis of server cards, 1 to 20
 * @param cards in each chassis, 1 to 14
 * @param state directory, absolute
 * @param portOffset added to every port, 0 to {@link PortPlan#MAX_OFFSET}
 * @param balancers 1, or 2 that share the visitors' address
 * @param guard whether a guard runs the engine, which can be updated then
 */
record DemoOptions(
    int chassis, int cards, Path state, int portOffset, int balancers, boolean guard) {
  static final String USAGE =
      """
      usage: cade demo [--chassis N] [--cards N] [--state DIR] [--port-offset N]
                       [--balancers N] [--guard]
        --chassis N      chassis of server cards, 1 to 20 (2)
        --cards N        cards in each of them, 1 to 14 (14)
        --state DIR      everything that is kept (CADE_STATE, or state in this tree)
        --port-offset N  added to every port, 0 to %d (0)
        --balancers N    1, or 2 that share the visitors' address (1)
        --guard          runs the engine under its guard, so that it can be updated\
      """
          .formatted(PortPlan.MAX_OFFSET);

  /** With one balancer. */
  DemoOptions(int chassis, int cards, Path state, int portOffset) {
    this(chassis, cards, state, portOffset, 1);
  }

  /** Without a guard. */
  DemoOptions(int chassis, int cards, Path state, int portOffset, int balancers) {
    this(chassis, cards, state, portOffset, balancers, false);
  }

  /** All server cards. */
  int totalCards() {
    return chassis * cards;
  }

  /**
   * Reads the command line.
   *
   * @throws DemoFailure when an option is unknown or its value is wrong
   */
  static DemoOptions parse(String[] args, Path standardState) throws DemoFailure {
    int chassis = 2;
    int cards = CardPosition.MAX_SLOT;
    int offset = 0;
    int balancers = 1;
    boolean guard = false;
    Path state = standardState;
    for (int i = 0; i < args.length; i += 2) {
      String name = args[i];
      if (name.equals("--guard")) {
        guard = true;
        // It has no value.
        i--;
        continue;
      }
      switch (name) {
        case "--chassis" -> chassis = number(args, i, 1, CardPosition.MAX_CHASSIS);
        case "--cards" -> cards = number(args, i, 1, CardPosition.MAX_SLOT);
        case "--port-offset" -> offset = number(args, i, 0, PortPlan.MAX_OFFSET);
        case "--balancers" -> balancers = number(args, i, 1, 2);
        case "--state" -> state = path(value(args, i));
        default ->
            throw new DemoFailure(
                DemoFailure.USAGE,
                "unknown option '"
                    + name
                    + "'; --chassis, --cards, --state, --port-offset, --balancers and"
                    + " --guard are known");
      }
    }
    return new DemoOptions(chassis, cards, state, offset, balancers, guard);
  }

  private static String value(String[] args, int i) throws DemoFailure {
    if (i + 1 == args.length) {
      throw new DemoFailure(DemoFailure.USAGE, args[i] + " needs a value");
    }
    return args[i + 1];
  }

  private static int number(String[] args, int i, int least, int most) throws DemoFailure {
    String text = value(args, i);
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new DemoFailure(
        DemoFailure.USAGE, args[i] + " must be " + least + " to " + most + ", not '" + text + "'");
  }

  private static Path path(String text) throws DemoFailure {
    try {
      if (!text.isEmpty()) {
        return Path.of(text).toAbsolutePath().normalize();
      }
    } catch (InvalidPathException e) {
      // said below
    }
    throw new DemoFailure(DemoFailure.USAGE, "--state '" + text + "' is not a path");
  }
}
