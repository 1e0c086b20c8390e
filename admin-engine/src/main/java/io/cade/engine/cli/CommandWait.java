package io.cade.engine.cli;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.ParseResult;

/** Waits until the commands that an order has put into a card's queue have ended. */
final class CommandWait {
  private static final Duration LOOK = Duration.ofMillis(100);

  /**
   * What is said when it does not end well.
   *
   * @param failed of a command that has failed
   * @param late of none that has answered within so many seconds
   */
  record Words(Function<Fields, String> failed, Function<Integer, String> late) {}

  private CommandWait() {}

  /**
   * The seconds that the options say.
   *
   * @param usual when they say nothing
   */
  static int seconds(ParseResult leaf, int usual) throws CommandFailure {
    return Math.toIntExact(ServiceWait.of(leaf, usual).longest().toSeconds());
  }

  /**
   * Follows an order until none of its commands waits any more.
   *
   * @param card path of the card
   * @param seconds 0: looks once
   * @return the commands of the card, as they were seen last
   * @throws CommandFailure when one has failed, or time is over
   */
  static ApiClient.Answer ended(
      ApiClient client,
      String card,
      ApiClient.Answer ordered,
      int seconds,
      Words words,
      Surroundings surroundings)
      throws CommandFailure {
    Runner.refuse(ordered);
    List<String> ids = ServiceWait.fields(ordered).texts("commands");
    Duration limit = Duration.ofSeconds(seconds);
    Watch watch =
        new Watch(
            client, surroundings, "card commands " + card.substring(card.lastIndexOf('/') + 1));
    for (Duration waited = Duration.ZERO; ; waited = waited.plus(LOOK)) {
      ApiClient.Answer answer = watch.get(card + "/commands");
      Runner.refuse(answer);
      boolean waits = false;
      for (Fields each : ServiceWait.fields(answer).objects("commands")) {
        if (ids.contains(each.text("id"))) {
          waits |= each.text("endedAt").isEmpty();
          if (each.text("state").equals("failed")) {
            throw new CommandFailure(ExitCode.FAILED, words.failed().apply(each));
          }
        }
      }
      if (!waits || limit.isZero()) {
        return answer;
      }
      if (waited.compareTo(limit) >= 0) {
        throw new CommandFailure(ExitCode.FAILED, words.late().apply(seconds));
      }
      surroundings.pause().last(LOOK);
    }
  }
}
