package io.cade.sim.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Counts the reports of one test run and says what failed and what was skipped, and why.
 *
 * <p>{@code TestSummary ROOT BUILD_STATUS} reads {@code
 * ROOT/<module>/target/{surefire,failsafe}-reports/TEST-*.xml}; the caller removes the reports of
 * earlier runs before. The last line is always exactly {@code N passed, N failed, N skipped}. Uses
 * the JDK only, so that the launcher can run it from source even when the build failed.
 */
public final class TestSummary {
  private static final int MAX_TEXT = 300;

  private final List<String> failed = new ArrayList<>();
  private final List<String> skipped = new ArrayList<>();
  private int passed;

  private TestSummary() {}

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      System.err.println("usage: TestSummary ROOT BUILD_STATUS");
      System.exit(2);
    }
    System.exit(report(Path.of(arguments[0]), arguments[1].equals("0"), System.out));
  }

  /**
   * Prints the summary.
   *
   * @param buildSucceeded whether everything around the tests (compiler, checks) went well
   * @return the exit code: 0 only when tests ran, none failed and the build succeeded
   */
  static int report(Path root, boolean buildSucceeded, PrintStream out) throws IOException {
    TestSummary summary = new TestSummary();
    for (Path file : reports(root)) {
      summary.read(file);
    }
    summary.print("failed", summary.failed, out);
    summary.print("skipped", summary.skipped, out);
    if (!buildSucceeded) {
      out.println("The build itself failed; the lines marked ERROR above say where.");
    } else if (summary.passed + summary.failed.size() == 0) {
      out.println("No test ran.");
    }
    out.printf(
        "%d passed, %d failed, %d skipped%n",
        summary.passed, summary.failed.size(), summary.skipped.size());
    out.flush();
    boolean good = buildSucceeded && summary.failed.isEmpty() && summary.passed > 0;
    return good ? 0 : 1;
  }

  private static List<Path> reports(Path root) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> modules = Files.list(root)) {
      for (Path module : modules.sorted().toList()) {
        for (String kind : List.of("surefire-reports", "failsafe-reports")) {
          Path folder = module.resolve("target").resolve(kind);
          if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
              files
                  .filter(f -> f.getFileName().toString().matches("TEST-.*\\.xml"))
                  .sorted()
                  .forEach(found::add);
            }
          }
        }
      }
    }
    return found;
  }

  private void print(String title, List<String> lines, PrintStream out) {
    if (!lines.isEmpty()) {
      out.println(title + ":");
      lines.forEach(line -> out.println("  " + line));
    }
  }

  private void read(Path file) throws IOException {
    XMLInputFactory factory = XMLInputFactory.newFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    try (InputStream in = Files.newInputStream(file)) {
      XMLStreamReader xml = factory.createXMLStreamReader(in);
      try {
        while (xml.hasNext()) {
          if (xml.next() == XMLStreamConstants.START_ELEMENT
              && xml.getLocalName().equals("testcase")) {
            readCase(xml);
          }
        }
      } finally {
        xml.close();
      }
    } catch (XMLStreamException e) {
      // A test process that was killed leaves half a report: its tests did not pass.
      failed.add(file.getFileName() + ": unreadable report, the test process probably died");
    }
  }

  private void readCase(XMLStreamReader xml) throws XMLStreamException {
    String name = attribute(xml, "classname") + "." + attribute(xml, "name");
    String outcome = "";
    String reason = "";
    boolean inside = false;
    while (true) {
      int event = xml.next();
      if (event == XMLStreamConstants.END_ELEMENT && xml.getLocalName().equals("testcase")) {
        break;
      }
      if (event == XMLStreamConstants.START_ELEMENT) {
        String element = xml.getLocalName();
        boolean bad = element.equals("failure") || element.equals("error");
        if (bad || (element.equals("skipped") && outcome.isEmpty())) {
          outcome = bad ? "failed" : "skipped";
          reason = attribute(xml, "message");
          inside = true;
        }
      } else if (event == XMLStreamConstants.END_ELEMENT) {
        inside = false;
      } else if (inside && reason.isBlank() && !xml.isWhiteSpace()) {
        // Without a message, the first line of the stack trace has it.
        reason = firstLine(xml.getText());
      }
    }
    switch (outcome) {
      case "failed" -> failed.add(name + ": " + shorten(reason));
      case "skipped" -> skipped.add(name + ": " + shorten(reason));
      default -> passed++;
    }
  }

  private static String firstLine(String trace) {
    String line = trace.strip().lines().findFirst().orElse("");
    return line.replaceFirst("^[\\w.$]+: ", "");
  }

  private static String attribute(XMLStreamReader xml, String name) {
    String value = xml.getAttributeValue(null, name);
    return value == null ? "" : value;
  }

  private static String shorten(String text) {
    String line =
        text.replaceFirst("^Assumption failed: ", "").strip().replaceAll("\\s*\\R\\s*", " ");
    if (line.isEmpty()) {
      return "no reason given";
    }
    return line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT) + "…";
  }
}
