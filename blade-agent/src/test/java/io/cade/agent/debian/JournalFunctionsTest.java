package io.cade.agent.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.Inventory;
import io.cade.agent.wire.LogLine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JournalFunctionsTest {
  private final List<List<String>> ran = new ArrayList<>();

  private JournalFunctions told(String journal, String state) {
    return new JournalFunctions(
        true,
        (words, _, _) -> {
          ran.add(words);
          return new Programs.Said(0, words.getFirst().equals("journalctl") ? journal : state);
        });
  }

  @Test
  void entriesHaveTheirTimeAndLoseTheHost() throws Exception {
    List<LogLine> lines =
        told(
                """
                1700000000.123456 card13 sshd[71]: Accepted publickey for root
                1700000000.123456 card13 sshd[71]: session opened
                1700000009.000001 card13 systemd[1]: a\u001b[31m red
                """,
                "")
            .journal("ssh", 0, 20);
    assertThat(lines)
        .containsExactly(
            new LogLine(
                1_700_000_000_123_456L,
                Instant.parse("2023-11-14T22:13:20.123456Z"),
                "sshd[71]: Accepted publickey for root"),
            new LogLine(
                1_700_000_000_123_457L,
                Instant.parse("2023-11-14T22:13:20.123456Z"),
                "sshd[71]: session opened"),
            new LogLine(
                1_700_000_009_000_001L,
                Instant.parse("2023-11-14T22:13:29.000001Z"),
                "systemd[1]: a·[31m red"));
    assertThat(ran.getFirst())
        .contains("--lines=20", "--unit=ssh")
        .noneMatch(word -> word.startsWith("--since"));
  }

  @Test
  void onlyWhatIsNewerIsTold() throws Exception {
    JournalFunctions journal = told("1700000000.100000 h a: old\n1700000000.100002 h a: new\n", "");
    assertThat(journal.journal("ssh", 1_700_000_000_100_000L, 20))
        .singleElement()
        .satisfies(line -> assertThat(line.text()).isEqualTo("a: new"));
    assertThat(ran.getFirst()).contains("--since=@1700000000");
  }

  @Test
  void aUnitThatIsNotThereIsSaidAndANameIsNeverAnOption() {
    assertThatThrownBy(() -> told("", "not-found\n").journal("sshx", 0, 1))
        .hasMessage("there is no unit sshx");
    assertThatThrownBy(() -> told("", "").journal("--file=/etc/shadow", 0, 1))
        .hasMessageContaining("no source");
    assertThat(ran).hasSize(2);
  }

  @Test
  void unitsAreToldWithWhatTheyDo() throws Exception {
    JournalFunctions units =
        new JournalFunctions(
            true,
            (words, _, _) ->
                new Programs.Said(
                    0,
                    words.contains("list-unit-files")
                        ? "cron.service enabled enabled\nssh.socket disabled enabled\n"
                        : """
                        cron.service loaded active running Regular background programs
                        gone.service not-found inactive dead gone.service
                        """));
    assertThat(units.units())
        .containsExactly(
            new Inventory.Unit("cron.service", true, "running"),
            new Inventory.Unit("ssh.socket", false, "dead"));
  }
}
