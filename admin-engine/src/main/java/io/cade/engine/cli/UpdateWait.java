package io.cade.engine.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.Duration;

/** Follows an update until it has ended, and says what it sees. */
final class UpdateWait {
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
      String name = Json.object(ordered.body()).text("name");
      for (int i = 0; i <= seconds; i++) {
        ApiClient.Answer answer = client.get("/api/v1/updates");
        Runner.refuse(answer);
        Fields update =
            Json.object(answer.body()).objects("updates").stream()
                .filter(u -> u.text("name").equals(name))
                .findFirst()
                .orElseThrow(() -> new CommandFailure(ExitCode.FAILED, "the update is gone"));
        String now = UpdatePages.line(update);
        if (!now.equals(seen)) {
          surroundings.err().print(now + "\n");
          surroundings.err().flush();
          seen = now;
        }
        switch (update.text("stage")) {
          case "done" -> {
            return new ApiClient.Answer(200, one(answer.body(), name));
          }
          case "returned" ->
              throw new CommandFailure(
                  ExitCode.FAILED, "the cards went back: " + update.text("cause"));
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

  /** The update's own object among those of an answer. */
  private static String one(String updates, String name) throws IOException {
    for (JsonNode each : JsonMapper.builder().build().readTree(updates).path("updates")) {
      if (each.path("name").asText().equals(name)) {
        return each.toString();
      }
    }
    throw new IOException("no update " + name);
  }
}
