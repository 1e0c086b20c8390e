package io.cade.engine.cli;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An operator's place: a state directory, and commands whose output is kept. */
final class Desk {
  static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  final Map<String, String> environment = new LinkedHashMap<>();
  final Map<String, String> properties = new LinkedHashMap<>();
  InstantSource clock = InstantSource.fixed(NOW);
  boolean terminal;
  Duration answerTime = Duration.ofSeconds(20);

  /** The pauses that commands made; they pass at once. */
  final List<Duration> paused = new ArrayList<>();

  /** What happens elsewhere while a command pauses. */
  Runnable onPause = () -> {};

  /** How a command ended. */
  record Outcome(int code, String out, String err) {}

  static Path state(Path dir, String admin, String password, String authorityPem)
      throws IOException {
    Files.createDirectories(dir);
    Files.writeString(dir.resolve("password"), password + "\n");
    Files.writeString(dir.resolve("ca.pem"), authorityPem);
    Files.writeString(
        dir.resolve("endpoints.json"),
        """
        {"http": "127.0.0.1:8080", "admin": "%s", "user": "%s",
         "passwordFile": "%s", "caFile": "ca.pem", "pids": {"engine": 17}}
        """
            .formatted(admin, PeerEngine.USER, dir.resolve("password")));
    return dir;
  }

  Outcome run(String... words) {
    return runWith("", words);
  }

  Outcome runWith(String input, String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Surroundings surroundings =
        new Surroundings(
            new BufferedReader(new StringReader(input)),
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, false, StandardCharsets.UTF_8),
            terminal,
            environment,
            properties,
            clock,
            time -> {
              paused.add(time);
              onPause.run();
            });
    int code =
        new Runner(
                surroundings,
                new ApiClient.Patience(Duration.ofSeconds(20), answerTime, Duration.ofSeconds(20)))
            .run(words);
    return new Outcome(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
