package io.cade.agent.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.cade.agent.data.ServiceData;
import io.cade.agent.wire.DataSteps;
import io.cade.agent.wire.DataSteps.Step;
import io.cade.agent.wire.WireJson;
import io.cade.image.Digests;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What services bring and leave may be larger than the memory of an agent. */
@Timeout(120)
final class SmallHeapTest {
  private static final int FILES = 80_000;
  private static final long PROGRAM_BYTES = 24L << 20;

  @Test
  void programsAndTreesThatAreLargerThanTheHeapAreKeptSettledAndDeleted() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(256 << 10)) {
      Path card = Files.createDirectory(disk.directory().resolve("card"));
      Path content = Files.createDirectories(card.resolve("content"));
      Path program = content.resolve("program");
      try (RandomAccessFile file = new RandomAccessFile(program.toFile(), "rw")) {
        file.setLength(PROGRAM_BYTES);
      }
      Step step = new Step(2, "1", "2", Digests.of(program), 60);
      Path list = content.resolve(DataSteps.FILE);
      Files.createDirectories(list.getParent());
      Files.write(list, new WireJson().encode(new DataSteps(List.of(step))));
      Files.move(program, content.resolve(step.file()));
      Path data = Files.createDirectories(card.resolve("data/shop/files/many"));
      for (int i = 0; i < FILES; i++) {
        Files.createFile(data.resolve("x".repeat(120) + i));
      }

      Process agent =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-Xmx12m",
                  "-XX:MaxDirectMemorySize=4m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Small.class.getName(),
                  card.toString())
              .redirectErrorStream(true)
              .start();
      try {
        String said = new String(agent.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(agent.waitFor()).as(said).isZero();
        assertThat(said).contains("up [1, 2]");
        assertThat(card.resolve("data/shop")).doesNotExist();
      } finally {
        agent.destroyForcibly();
      }
    }
  }

  /** What of an agent carries a service's data over, and removes the service. */
  static final class Small {
    private Small() {}

    public static void main(String[] args) throws IOException, InterruptedException {
      Path card = Path.of(args[0]);
      Path data =
          ServiceData.in(card.resolve("data/shop"))
              .carry(
                  card.resolve("content"),
                  (_, arguments, _, _) ->
                      System.out.println(
                          arguments.getFirst() + " " + arguments.subList(1, arguments.size())),
                  (_, _) -> {});
      if (!Files.isDirectory(data.resolve("many"))) {
        throw new IOException(data + " is not what it was");
      }
      new ServiceFiles(card).deleteService("shop");
    }
  }
}
