package io.cade.image.blade;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The agent's classes in the form in which the virtual machine has them in memory (class data
 * sharing), so that a card need neither parse nor verify them. The machine takes the archive only
 * with the very jars that it was made of, which it knows by name, order, size and time; a card that
 * refuses it starts without, only slower.
 *
 * <p>The same jars give the same bytes on any machine with the same JDK: what the virtual machine
 * would choose by the machine's size (collector, heap) is said, and the jars are named relative to
 * the folder above them. Ahead-of-time linked classes are left out, because they do not come out
 * the same twice, and an agent does not start faster with them.
 */
final class AgentArchive {
  /** Where the jars are on a card, and below the folder in which the archive is made. */
  static final String JARS = "opt/cade/lib/";

  /** Where the archive is on a card. */
  static final String FILE = "opt/cade/agent.jsa";

  /**
   * What the archive and the agent that starts from it must agree in. Little code that runs seldom:
   * the first compiler is enough, and leaves memory to the services.
   */
  static final List<String> OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Xms16m",
          "-Xmx64m",
          "--enable-native-access=ALL-UNNAMED");

  private AgentArchive() {}

  /** The jars as the virtual machine is told them, in the order of their names. */
  static String classPath(List<Path> jars) {
    return String.join(":", jars.stream().map(jar -> JARS + jar.getFileName()).sorted().toList());
  }

  /**
   * Makes it.
   *
   * @param runtime that will run the agent
   * @param folder in which the jars are under {@link #JARS}; their time is set
   * @param time that the jars have on the card
   * @param classes names to add to the runtime's own list
   * @return the archive
   * @throws IOException when the runtime cannot do it; the message says what it complained about
   */
  static Path make(Path runtime, Path folder, List<Path> jars, Instant time, String classes)
      throws IOException {
    for (Path jar : jars) {
      Files.setLastModifiedTime(jar, FileTime.from(time));
    }
    Path list = folder.resolve("classes");
    String own = Files.readString(runtime.resolve("lib/classlist"), StandardCharsets.UTF_8);
    Files.writeString(list, own + "\n" + classes, StandardCharsets.UTF_8);
    Path archive = folder.resolve("agent.jsa");
    List<String> command = new ArrayList<>();
    command.add(runtime.resolve("bin/java").toAbsolutePath().toString());
    command.addAll(OPTIONS);
    command.addAll(
        List.of(
            "-Xshare:dump",
            // A name that is not there any more, or a class of a signed jar, is no failure.
            "-Xlog:disable",
            "-Xlog:all=error:stderr",
            "-XX:SharedClassListFile=" + list.getFileName(),
            "-XX:SharedArchiveFile=" + archive.getFileName(),
            "-cp",
            classPath(jars)));
    Tool.run(command, Tool.Output.in(folder));
    if (!Files.isRegularFile(archive)) {
      throw new IOException("the Java runtime made no archive of the agent's classes");
    }
    return archive;
  }
}
