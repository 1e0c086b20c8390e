package io.cade.sim.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is wrong is refused before anything is touched, in one line that says what, where and what
 * to do, with the exit code of the operating contract.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BadInputIT {
  @TempDir @Nullable Path temp;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dance",
        "demo --dance",
        "demo --chassis 21",
        "demo --cards none",
        "demo --port-offset 50001",
        "demo --state",
        "engine --dance",
        "engine --config",
        "engine",
        "sim dance",
        "sim pull",
        "sim pull 1.99",
        "sim heat 1.1 hot",
        "sim --dance status",
        "show unicorns",
        "show cards --dance",
        "card show 99.1",
        "alarm history --limit many",
        "service create onlyname"
      })
  void wrongWordsAreAUsageError(String words) throws Exception {
    refused(Run.cade(List.of(words.split(" ", -1))), 2);
  }

  @Test
  void everyProblemOfAConfigurationIsToldAtOnce() throws Exception {
    Path config = folder().resolve("engine.yaml");
    Path state = folder().resolve("state");
    Files.writeString(config, EngineFiles.yaml(state, 0) + "unheardOf: 1\nreportInterval: soon\n");
    Run.Result result = Run.cade("engine", "--config", config.toString());
    refusedInLines(2, result, 2, "unheardOf", "reportInterval");
    assertThat(result.errors()).allMatch(line -> line.contains(config.toString()));
    assertThat(state).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ports: [1, 2", "\t- x", "just words", "a: 1\na: 2"})
  void aFileThatIsNoConfigurationIsRefused(String yaml) throws Exception {
    Path config = folder().resolve("engine.yaml");
    Files.writeString(config, yaml);
    refused(Run.cade("engine", "--config", config.toString()), 2, config.toString());
  }

  @Test
  void aMissingConfigurationIsNamed() throws Exception {
    Path config = folder().resolve("none.yaml");
    refused(Run.cade("engine", "--config", config.toString()), 2, config.toString());
  }

  @Test
  void aPortInUseIsNamedAndTheStateDirectoryUntouched() throws Exception {
    int offset = Ports.freeOffset();
    Path state = folder().resolve("state");
    try (ServerSocket other = new ServerSocket()) {
      other.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 8443 + offset));
      Run.Result result = demo(state, offset);
      refused(result, 1, "127.0.0.1:" + (8443 + offset), "--port-offset");
      assertThat(state).doesNotExist();
    }
  }

  @Test
  void anEnginesPortInUseIsNamed() throws Exception {
    int offset = Ports.freeOffset();
    EngineFiles engine = EngineFiles.write(folder(), offset);
    try (ServerSocket other = new ServerSocket()) {
      other.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), engine.admin()));
      Run.Result result = Run.cade("engine", "--config", engine.config().toString());
      assertThat(result.exit()).as(result.toString()).isEqualTo(1);
      assertThat(result.errors().getLast())
          .startsWith("cade engine: ")
          .contains("127.0.0.1:" + engine.admin(), "ports.admin");
      assertThat(engine.state()).doesNotExist();
    }
  }

  @Test
  void aStateDirectoryBelowAFileIsRefused() throws Exception {
    Path file = Files.writeString(folder().resolve("file"), "mine");
    refused(demo(file.resolve("state"), Ports.freeOffset()), 1, file.toString(), "--state");
    EngineFiles engine = EngineFiles.write(folder(), Ports.freeOffset());
    Files.writeString(engine.config(), EngineFiles.yaml(file.resolve("state"), 0));
    refused(Run.cade("engine", "--config", engine.config().toString()), 1, file.toString());
    assertThat(Files.readString(file)).isEqualTo("mine");
  }

  @Test
  void aStateDirectoryOfANewerVersionIsRefused() throws Exception {
    Path state = Files.createDirectories(folder().resolve("state"));
    Files.writeString(state.resolve("format"), "999\n");
    refused(demo(state, Ports.freeOffset()), 1, state.toString(), "newer", "999");
    assertThat(names(state)).containsExactly("format");

    EngineFiles engine = EngineFiles.write(folder(), Ports.freeOffset());
    refused(
        Run.cade("engine", "--config", engine.config().toString()),
        1,
        state.toString(),
        "newer",
        "999");
    assertThat(names(state)).isSubsetOf("format", "lock");
    assertThat(Files.readString(state.resolve("format"))).isEqualTo("999\n");
  }

  @Test
  void aStateDirectoryInUseIsAConflictThatNamesTheUser() throws Exception {
    Path state = Files.createDirectories(folder().resolve("state"));
    EngineFiles engine = EngineFiles.write(folder(), Ports.freeOffset());
    try (FileChannel lock =
        FileChannel.open(
            state.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      lock.write(ByteBuffer.wrap("4711".getBytes(StandardCharsets.US_ASCII)));
      assertThat(lock.tryLock()).isNotNull();
      refused(demo(state, Ports.freeOffset()), 5, state.toString(), "4711", "--state");
      refused(
          Run.cade("engine", "--config", engine.config().toString()), 5, state.toString(), "4711");
      assertThat(names(state)).containsExactly("lock");
    }
  }

  @Test
  void whereNothingRunsNothingIsReached() throws Exception {
    Path state = folder().resolve("nothing");
    refused(Run.cade("alarm", "list", "--state", state.toString()), 3, state.toString());
    refused(Run.cade("sim", "status", "--state", state.toString()), 3, state.toString());
    assertThat(state).doesNotExist();
  }

  private static Run.Result demo(Path state, int offset) throws Exception {
    return Run.cade("demo", "--state", state.toString(), "--port-offset", String.valueOf(offset));
  }

  private static void refused(Run.Result result, int exit, String... saying) {
    refusedInLines(1, result, exit, saying);
  }

  private static void refusedInLines(int lines, Run.Result result, int exit, String... saying) {
    assertThat(result.exit()).as(result.toString()).isEqualTo(exit);
    assertThat(result.out()).as(result.toString()).isEmpty();
    assertThat(result.errors()).as(result.toString()).hasSize(lines);
    assertThat(result.errors()).allMatch(line -> line.startsWith("cade"));
    assertThat(result.err()).doesNotContain("Exception");
    for (String each : saying) {
      assertThat(result.err()).contains(each);
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private Path folder() {
    Path folder = temp;
    if (folder == null) {
      throw new AssertionError("no temporary folder");
    }
    return folder;
  }
}
