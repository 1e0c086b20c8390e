package io.cade.mib;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The MIB files themselves, and that the constants in the program are theirs (SPEC S4). */
class MibFilesTest {
  private static final List<String> MODULES =
      List.of(
          "CADE-MIB",
          "CADE-CABINET-MIB",
          "CADE-SERVICE-MIB",
          "CADE-ALARM-MIB",
          "CADE-BOOT-MIB",
          "CADE-HARDWARE-MIB",
          "CADE-TRAFFIC-MIB",
          "CADE-UPDATE-MIB");

  @Test
  void everyModuleIsPackagedWithTheProgram() throws IOException {
    for (String module : MODULES) {
      try (InputStream in = MibOids.class.getResourceAsStream(module)) {
        assertThat(in).as(module).isNotNull();
        assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII))
            .startsWith(module + " DEFINITIONS ::= BEGIN");
      }
    }
  }

  @Test
  void smilintAtItsStrictestHasNothingToSay() throws Exception {
    String smilint = Tools.need("smilint", "smitools");
    var environment = Map.of("SMIPATH", Tools.mibPath());
    for (String module : MODULES) {
      var result =
          Tools.run(
              environment, List.of(smilint, "-l", "6", Tools.ownMibs().resolve(module).toString()));
      assertThat(result.output()).as(module).isEmpty();
      assertThat(result.exit()).as(module).isZero();
    }
  }

  @Test
  void smilintDoesComplainAboutABrokenModule(@org.junit.jupiter.api.io.TempDir Path folder)
      throws Exception {
    String smilint = Tools.need("smilint", "smitools");
    String text = Files.readString(Tools.ownMibs().resolve("CADE-ALARM-MIB"));
    Path broken =
        Files.writeString(
            folder.resolve("CADE-ALARM-MIB"), text.replace("cadeAlarmText,", "cadeAlarmTxt,"));
    var result =
        Tools.run(
            Map.of("SMIPATH", Tools.mibPath()), List.of(smilint, "-l", "6", broken.toString()));
    assertThat(result.output()).contains("cadeAlarmTxt");
  }

  @Test
  void constantsAreWhatSnmptranslateReadsInTheFiles() throws Exception {
    String snmptranslate = Tools.need("snmptranslate", "snmp");
    var names = new TreeMap<String, String>(MibOids.READABLE);
    names.put("cadeServerModule", MibOids.CADE_SERVER_MODULE);
    names.put("cadeAlarmRaised", MibOids.CADE_ALARM_RAISED);
    names.put("cadeAlarmCleared", MibOids.CADE_ALARM_CLEARED);
    names.put("cadeSensorEntry", MibOids.CADE_SENSOR_ENTRY);
    var command =
        new ArrayList<>(
            List.of(
                snmptranslate,
                "-M",
                Tools.mibPath(),
                "-m",
                String.join(":", MODULES),
                "-On",
                "-IR"));
    command.addAll(names.keySet());
    var result = Tools.run(Map.of(), command);
    assertThat(result.output().lines().filter(l -> !l.isBlank()))
        .containsExactlyElementsOf(names.values().stream().map(oid -> "." + oid).toList());
  }

  @Test
  void enumerationsAreWhatSnmptranslateReadsInTheFiles() throws Exception {
    String snmptranslate = Tools.need("snmptranslate", "snmp");
    var result =
        Tools.run(
            Map.of(),
            List.of(
                snmptranslate,
                "-M",
                Tools.mibPath(),
                "-m",
                "ALL",
                "-Td",
                "CADE-CABINET-MIB::cadeCardState"));
    String expected =
        String.join(
            ", ",
            Stream.of(CardState.values())
                .map(s -> s.name().toLowerCase(java.util.Locale.ROOT) + "(" + s.code() + ")")
                .toList());
    assertThat(result.output()).contains("{" + expected + "}");
  }

  /** Managers keep what they were told: an object that is there once stays where it is. */
  @Test
  void objectsOfTheFirstVersionAreWhereTheyWere() {
    assertThat(MibOids.CADE_CARD_LAST_REPORT_AGE).isEqualTo(MibOids.CADE + ".2.1.1.3.1.10");
    assertThat(MibOids.CADE_SENSOR_LAST_UPDATE).isEqualTo(MibOids.CADE + ".2.1.1.4.1.9");
    assertThat(MibOids.CADE_PROXY_LAST_REPORT_AGE).isEqualTo(MibOids.CADE + ".2.2.1.3.1.8");
    assertThat(MibOids.CADE_ALARM_RAISED_TIME).isEqualTo(MibOids.CADE + ".2.3.1.2.1.7");
    assertThat(MibOids.CADE_BOOT_COUNTER_VALUE).isEqualTo(MibOids.CADE + ".2.4.1.1.1.4");
  }

  @Test
  void theManualHasEveryObjectAsTheFilesHaveIt() throws Exception {
    Path manual = Path.of("../docs/snmp.md");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var result =
        Tools.run(
            Map.of(),
            List.of(
                java,
                "-XX:TieredStopAtLevel=1",
                "src/main/java/io/cade/mib/smi/GenerateSnmpReference.java",
                Tools.ownMibs().toString(),
                manual.toString(),
                "check"));
    assertThat(result.exit())
        .as(
            "docs/snmp.md is not current: run java snmp-mib/src/main/java/io/cade/mib/smi/GenerateSnmpReference.java"
                + " snmp-mib/src/main/resources/io/cade/mib docs/snmp.md\n"
                + result.output())
        .isZero();
    String text = Files.readString(manual);
    assertThat(MibOids.READABLE.keySet()).allMatch(name -> text.contains("`" + name + "`"));
  }

  @Test
  void theEnterpriseNumberStandsInOneFileOnly() throws Exception {
    try (Stream<Path> files = Files.walk(Path.of("src/main"))) {
      assertThat(files.filter(Files::isRegularFile).filter(f -> read(f).contains("32473")))
          .containsExactly(Path.of("src/main/resources/io/cade/mib/CADE-MIB"));
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
