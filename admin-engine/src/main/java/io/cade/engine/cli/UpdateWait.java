package io.cade.engine.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** Follows an update until it has ended, and says what it sees. */
final class UpdateWait {
  /** Most seconds that a command waits: hundreds of cards take hours. */
  static final int LONGEST = 86_400;

  private static final Duration LOOK = Duration.ofSeconds(1);

  private UpdateWait() {}

  /**
   * @throws CommandFailure when it went back, or has not ended in time
   */
  static ApiClient.Answer ended(
      ApiClient client, ApiClient.Answer ordered, int seconds, Surroundings surroundings)
      throws CommandFailure {
    String seen = "";
    try {
      Fields first = Json.object(ordered.body());
      String name = first.text("name");
      String service = first.text("service");
      boolean engine = !first.text("phase").isEmpty();
      // One engine ends before the next one listens, and that one may yet have to give way.
      Watch watch =
          engine
              ? new Watch(client, surroundings, "update status", Duration.ofSeconds(seconds))
              : new Watch(client, surroundings, "update status");
      for (int i = 0; i <= seconds; i++) {
        ApiClient.Answer answer = watch.get("/api/v1/updates");
        Runner.refuse(answer);
        Fields update =
            Json.object(answer.body()).objects("updates").stream()
                .filter(u -> u.text("name").equals(name) && u.text("service").equals(service))
                .findFirst()
                .orElse(engine ? first : null);
        if (update == null) {
          throw new CommandFailure(ExitCode.FAILED, "the update is gone");
        }
        if (engine && isBefore(update, first)) {
          // The guard has not begun with it.
          surroundings.pause().last(LOOK);
          continue;
        }
        String now = UpdatePages.line(update);
        if (!now.equals(seen)) {
          surroundings.err().print(now + "\n");
          surroundings.err().flush();
          seen = now;
        }
        switch (update.text("stage")) {
          case "done" -> {
            return new ApiClient.Answer(200, one(answer.body(), name, service));
          }
          case "returned" ->
              throw new CommandFailure(
                  ExitCode.FAILED,
                  engine
                      ? "the engine is %s again: %s"
                          .formatted(update.text("before"), update.text("cause"))
                      : "the cards went back: " + update.text("cause"));
          default -> surroundings.pause().last(LOOK);
        }
      }
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.FAILED, "the answer is not what an engine of this version says");
    }
    throw new CommandFailure(
        ExitCode.FAILED,
        "not ended after " + seconds + " s: " + seen + "; it goes on, see update status");
  }

  /** Whether what is shown ended before this order was given. */
  private static boolean isBefore(Fields shown, Fields ordered) {
    Instant began = ordered.instant("since").orElse(Instant.MIN);
    return shown.instant("since").filter(since -> since.isBefore(began)).isPresent();
  }

  /** The update's own object among those of an answer. */
  private static String one(String updates, String name, String service) throws IOException {
    for (JsonNode each : JsonMapper.builder().build().readTree(updates).path("updates")) {
      if (each.path("name").asText().equals(name)
          && each.path("service").asText().equals(service)) {
        return each.toString();
      }
    }
    throw new IOException("no update " + name);
  }
}
