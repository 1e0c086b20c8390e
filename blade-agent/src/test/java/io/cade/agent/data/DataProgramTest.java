package io.cade.agent.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.DataSteps;
import io.cade.agent.wire.DataSteps.Step;
import io.cade.agent.wire.WireJson;
import io.cade.image.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs as real processes, on a real folder. */
@Timeout(60)
final class DataProgramTest {
  @TempDir Path folder = Path.of("unset");
  private final List<String> said = new CopyOnWriteArrayList<>();
  private Path data = Path.of("unset");

  @BeforeEach
  void prepare() throws IOException {
    data = Files.createDirectory(folder.resolve("files"));
  }

  private Path script(String body) throws IOException {
    Path script = Files.writeString(folder.resolve("script"), "#!/bin/sh\n" + body + "\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    return script;
  }

  private DataProgram program() {
    return new DataProgram(folder, "shop", said::add);
  }

  private void run(String body, int seconds) throws IOException, InterruptedException {
    program().run(script(body), List.of("up", "1", "2"), data, seconds);
  }

  private void awaitEnd(String pidFile) throws Exception {
    long pid = Long.parseLong(Files.readString(data.resolve(pidFile)).strip());
    var handle = ProcessHandle.of(pid);
    if (handle.isPresent()) {
      handle.get().onExit().get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void aProgramHearsItsWayAndDirectoryAndNothingOfTheAgentsSurroundings() throws Exception {
    run("echo \"$@\"; pwd; env | cut -d= -f1 | sort | tr '\\n' ' '", 10);
    assertThat(said.get(0)).isEqualTo("up 1 2 " + data.toAbsolutePath());
    assertThat(said.get(1)).isEqualTo(data.toRealPath().toString());
    assertThat(said.get(2)).isEqualTo("CADE_SERVICE LC_ALL PATH PWD ");
    assertThat(folder.resolve("program.pid")).doesNotExist();
  }

  @Test
  void aFailureNamesTheCodeAndTheLastWords() throws IOException {
    assertThatThrownBy(() -> run("echo first; echo 'no such table' >&2; exit 7", 10))
        .isInstanceOf(IOException.class)
        .hasMessage("exit code 7: no such table");
    assertThat(said).containsExactly("first", "no such table");
  }

  @Test
  void whatAProgramSaysMovesNobodysTerminal() {
    assertThatThrownBy(() -> run("printf 'about \\033[31mred\\tto\\302\\233sleep\\n'; exit 3", 10))
        .hasMessage("exit code 3: about ·[31mred to·sleep");
    assertThat(said).containsExactly("about ·[31mred to·sleep");
  }

  @Test
  void aProgramThatTakesTooLongIsEndedWithAllThatItHasStarted() throws Exception {
    assertThatThrownBy(() ->
            run(
                "trap '' TERM HUP; sleep 300 & echo $! > child; echo $$ > me; echo at work; wait",
                1))
        .hasMessage("ended after 1 s: at work");
    awaitEnd("me");
    awaitEnd("child");
  }

  @Test
  void whatAProgramLeavesBehindEndsWithIt() throws Exception {
    run("sleep 300 & echo $! > child", 20);
    awaitEnd("child");
  }

  @Test
  void anAgentThatIsToldToEndEndsTheProgramAndNothingBegins() throws Exception {
    DataProgram program = program();
    Path script = script("echo $$ > me; echo begun; sleep 300");
    Thread killer =
        Thread.ofPlatform()
            .start(() -> {
              while (said.isEmpty()) {
                Thread.onSpinWait();
              }
              program.kill();
            });
    assertThatThrownBy(() -> program.run(script, List.of("up", "1", "2"), data, 100))
        .hasMessageContaining("exit code");
    killer.join();
    awaitEnd("me");
    assertThatThrownBy(() -> program.run(script, List.of("up", "1", "2"), data, 100))
        .hasMessage("stopped before it was begun");
  }

  @Test
  void aProgramThatAnAgentLeftBehindIsEndedBeforeTheNextRuns() throws Exception {
    Process orphan = new ProcessBuilder("sleep", "300").start();
    try {
      Files.writeString(folder.resolve("program.pid"), Orphan.of(orphan.toHandle()));
      assertThatThrownBy(() -> run("echo begun", 10)).hasMessageContaining("still ran");
      assertThat(orphan.waitFor(10, TimeUnit.SECONDS)).isTrue();
      run("echo begun", 10);
      assertThat(said).containsExactly("begun");
    } finally {
      orphan.destroyForcibly();
    }
  }

  @Test
  void aNoteOfAnotherBootOrProcessIsNobodys() throws Exception {
    String own = Orphan.of(ProcessHandle.current());
    assertThat(Orphan.find(own)).isNotNull();
    assertThat(Orphan.find("x" + own)).isNull();
    assertThat(Orphan.find(own + "1")).isNull();
    assertThat(Orphan.find("")).isNull();
  }

  private Path content(String body, int form) throws IOException {
    Path content = Files.createDirectories(folder.resolve("content-" + form));
    Path program = script(body);
    Step step = new Step(form, "1", "2", Digests.of(program), 20);
    Path list = content.resolve(DataSteps.FILE);
    Files.createDirectories(list.getParent());
    Files.write(list, new WireJson().encode(new DataSteps(List.of(step))));
    Files.move(program, content.resolve(step.file()));
    return content;
  }

  @Test
  void dataInAFolderGoUpAndDownByTheProgramThatWasKept() throws Exception {
    Path home = folder.resolve("shop");
    Path empty = Files.createDirectory(folder.resolve("content-0"));
    Path files = ServiceData.in(home).carry(empty, program(), (_, _) -> {});
    Files.writeString(files.resolve("stock"), "one\n");
    Path next =
        content(
            "set -e; if [ $1 = up ]; then cp stock stock.$2; sed -i s/one/two/ stock;"
                + " else mv stock.$3 stock; fi",
            2);
    DataProgram runner = new DataProgram(home, "shop", said::add);
    ServiceData.in(home).carry(next, runner, (what, seconds) -> said.add(what + ", " + seconds));
    assertThat(files.resolve("stock")).hasContent("two\n");
    assertThat(said).containsExactly("its data are carried from 1 to 2, 20");
    Files.delete(next.resolve(DataSteps.RESERVED + "/data/program-2"));
    ServiceData.in(home).carry(empty, runner, (_, _) -> {});
    assertThat(files.resolve("stock")).hasContent("one\n");
    assertThat(home.resolve("programs")).isEmptyDirectory();
  }

  @Test
  void anotherProgramThanTheListSaysAndADamagedJournalAreRefused() throws Exception {
    Path home = folder.resolve("shop");
    Path next = content("true", 2);
    Files.writeString(next.resolve(DataSteps.RESERVED + "/data/program-2"), "#!/bin/sh\nevil\n");
    assertThatThrownBy(() -> ServiceData.in(home).carry(next, program(), (_, _) -> {}))
        .hasMessageContaining("another program than its list");
    Files.createDirectories(home);
    Files.writeString(home.resolve("state.json"), "{");
    assertThatThrownBy(() -> ServiceData.in(home).carry(next, program(), (_, _) -> {}))
        .hasMessageContaining("state.json is damaged");
    assertThat(said).isEmpty();
  }
}
