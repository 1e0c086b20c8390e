package io.cade.sim.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestSummaryTest {
  @TempDir Path root;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @Test
  void countsBothKindsOfReportsOfAllModules() throws IOException {
    write(
        "proxy-card",
        "surefire-reports/TEST-A.xml",
        """
        <testsuite tests="2"><testcase classname="A" name="one"/>
        <testcase classname="A" name="two"><system-out>ok</system-out></testcase></testsuite>\
        """);
    write(
        "hardware-sim",
        "failsafe-reports/TEST-B.xml",
        """
        <testsuite tests="1"><testcase classname="BIT" name="whole"/></testsuite>\
        """);

    assertThat(report(true)).isZero();
    assertThat(lastLine()).isEqualTo("3 passed, 0 failed, 0 skipped");
  }

  @Test
  void namesFailuresErrorsAndTheReasonsOfSkippedTests() throws IOException {
    write(
        "snmp-mib",
        "surefire-reports/TEST-A.xml",
        """
        <testsuite><testcase classname="A" name="breaks"><failure message="expected 1&#10;but was 2">trace</failure></testcase>
        <testcase classname="A" name="throws"><error type="x"/></testcase>
        <testcase classname="A" name="lacks"><skipped message="Assumption failed: needs snmpwalk (package snmp)"/></testcase>
        <testcase classname="A" name="works"/></testsuite>\
        """);

    assertThat(report(true)).isEqualTo(1);
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .contains("A.breaks: expected 1 but was 2")
        .contains("A.throws: no reason given")
        .contains("A.lacks: needs snmpwalk (package snmp)");
    assertThat(lastLine()).isEqualTo("1 passed, 2 failed, 1 skipped");
  }

  @Test
  void theReasonOfASkippedTestMayStandInItsStackTraceOnly() throws IOException {
    write(
        "snmp-mib",
        "surefire-reports/TEST-A.xml",
        """
        <testsuite><testcase classname="A" name="lacks"><skipped type="org.opentest4j.TestAbortedException"><![CDATA[org.opentest4j.TestAbortedException: Assumption failed: needs x (package y)
        \tat org.junit.jupiter.api.Assumptions.throwAssumptionFailed(Assumptions.java:321)
        ]]></skipped></testcase></testsuite>\
        """);

    report(true);
    assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("A.lacks: needs x (package y)\n");
  }

  @Test
  void aRunInWhichNothingRanIsNotASuccess() throws IOException {
    assertThat(report(true)).isEqualTo(1);
    assertThat(lastLine()).isEqualTo("0 passed, 0 failed, 0 skipped");
  }

  @Test
  void aBrokenBuildFailsEvenWhenTheTestsThatRanPassed() throws IOException {
    write(
        "proxy-card",
        "surefire-reports/TEST-A.xml",
        "<testsuite><testcase classname=\"A\" name=\"one\"/></testsuite>");

    assertThat(report(false)).isEqualTo(1);
    assertThat(lastLine()).isEqualTo("1 passed, 0 failed, 0 skipped");
  }

  @Test
  void halfAReportCountsAsAFailure() throws IOException {
    write("proxy-card", "surefire-reports/TEST-A.xml", "<testsuite><testcase classname=\"A\"");

    assertThat(report(true)).isEqualTo(1);
    assertThat(lastLine()).isEqualTo("0 passed, 1 failed, 0 skipped");
  }

  private int report(boolean built) throws IOException {
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      return TestSummary.report(root, built, out);
    }
  }

  private String lastLine() {
    return bytes.toString(StandardCharsets.UTF_8).lines().toList().getLast();
  }

  private void write(String module, String file, String text) throws IOException {
    Path path = root.resolve(module).resolve("target").resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
